INSERT INTO line (account, region, id, at, principal, action, resource, outcome, detail)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
