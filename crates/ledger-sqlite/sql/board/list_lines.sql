-- ?5 is the line that the list goes on after; if it is gone, so is everything older
SELECT id, at, principal, action, resource, outcome, detail
FROM line
WHERE account = ?1 AND region = ?2
  AND (?3 IS NULL OR outcome = ?3)
  AND (?4 IS NULL OR resource = ?4)
  AND (?5 IS NULL OR place < (SELECT place FROM line WHERE account = ?1 AND region = ?2 AND id = ?5))
ORDER BY place DESC
LIMIT ?6
