INSERT INTO document (account, region, kind, name, head, revision, live) VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6)
