SELECT id, at, principal, action, resource, outcome, detail
FROM line
WHERE account = ?1 AND region = ?2 AND place < ?3 AND (?4 IS NULL OR outcome = ?4)
ORDER BY place DESC
LIMIT ?5
