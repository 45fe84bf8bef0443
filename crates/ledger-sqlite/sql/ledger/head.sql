SELECT entry.seq, entry.revision, entry.token, entry.format, entry.body,
       entry.principal, entry.at, entry.request, entry.action, entry.reason, entry.preview,
       document.account, document.region, document.kind, document.name
FROM document JOIN entry ON entry.seq = document.head
WHERE document.account = ?1 AND document.region = ?2 AND document.kind = ?3 AND document.name = ?4
