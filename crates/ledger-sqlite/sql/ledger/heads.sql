-- What the heads of a kind are; the entries themselves are mostly in memory already.
-- BINARY collation compares bytes. ?5 is the first name after all those with the prefix; where there is no such name it
-- is a blob, because every blob is greater than every text.
SELECT name, revision
FROM document
WHERE account = ?1 AND region = ?2 AND kind = ?3
  AND live = 1 -- spelled so that the partial index serves
  AND name >= ?4 AND name < ?5
ORDER BY name
LIMIT ?6
