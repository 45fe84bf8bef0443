DELETE FROM posting WHERE account = ?1 AND region = ?2 AND topic = ?3 AND subject = ?4
