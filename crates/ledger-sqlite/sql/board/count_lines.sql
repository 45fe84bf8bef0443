SELECT count(*) FROM line
