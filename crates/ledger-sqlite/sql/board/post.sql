INSERT INTO posting (account, region, topic, subject, at, body)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (account, region, topic, subject) DO UPDATE SET at = excluded.at, body = excluded.body
