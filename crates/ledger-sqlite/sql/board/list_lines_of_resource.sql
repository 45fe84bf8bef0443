SELECT id, at, principal, action, resource, outcome, detail
FROM line
WHERE account = ?1 AND region = ?2 AND resource = ?3 AND place < ?4 AND (?5 IS NULL OR outcome = ?5)
ORDER BY place DESC
LIMIT ?6
