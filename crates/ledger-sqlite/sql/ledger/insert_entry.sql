INSERT INTO entry (seq, document, revision, token, format, body, principal, at, request, action, reason, preview)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
