SELECT place FROM line WHERE account = ?1 AND region = ?2 AND id = ?3
