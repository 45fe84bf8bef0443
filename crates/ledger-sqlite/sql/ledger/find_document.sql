SELECT id, revision, live FROM document WHERE account = ?1 AND region = ?2 AND kind = ?3 AND name = ?4
