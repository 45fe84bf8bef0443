SELECT entry.seq, entry.revision, entry.token, entry.format, entry.body,
       entry.principal, entry.at, entry.request, entry.action, entry.reason, entry.preview,
       document.account, document.region, document.kind, document.name
FROM entry JOIN document ON document.id = entry.document
WHERE entry.seq > ?1
ORDER BY entry.seq
LIMIT ?2
