-- BINARY collation compares bytes. ?5 is the first name after all those with the prefix; where there is no such name it
-- is a blob, because every blob is greater than every text.
SELECT entry.seq, entry.revision, entry.token, entry.format, entry.body,
       entry.principal, entry.at, entry.request, entry.action, entry.reason, entry.preview,
       document.account, document.region, document.kind, document.name
FROM document JOIN entry ON entry.seq = document.head
WHERE document.account = ?1 AND document.region = ?2 AND document.kind = ?3
  AND document.live = 1 -- spelled so that the partial index serves
  AND document.name >= ?4 AND document.name < ?5
ORDER BY document.name
LIMIT ?6
