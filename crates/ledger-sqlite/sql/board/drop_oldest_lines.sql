DELETE FROM line WHERE place IN (SELECT place FROM line ORDER BY place LIMIT ?1)
