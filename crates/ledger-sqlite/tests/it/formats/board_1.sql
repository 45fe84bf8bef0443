-- A board as format 1 was when it was frozen. Never edit: what was written once is read for ever.
BEGIN;
CREATE TABLE posting (
    id      INTEGER PRIMARY KEY,
    account TEXT    NOT NULL,
    region  TEXT    NOT NULL,
    topic   TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    body    BLOB    NOT NULL,
    UNIQUE (account, region, topic, subject)
) STRICT;

CREATE TABLE line (
    place     INTEGER PRIMARY KEY AUTOINCREMENT,
    account   TEXT    NOT NULL,
    region    TEXT    NOT NULL,
    id        TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    principal TEXT    NOT NULL,
    action    TEXT    NOT NULL,
    resource  TEXT    NOT NULL,
    outcome   TEXT    NOT NULL,
    detail    TEXT    NOT NULL,
    UNIQUE (account, region, id)
) STRICT;

CREATE INDEX line_order ON line (account, region, place);
CREATE INDEX line_resource ON line (account, region, resource, place);

PRAGMA application_id = 1113216066;
PRAGMA user_version = 1;

INSERT INTO posting VALUES (1, '123456789012', 'us-east-1', 'test/state', 's', 5, x'00ff');
INSERT INTO line VALUES (7, '123456789012', 'us-east-1', 'l1', 1, 'root', 'test:Put', 'thing/a', 'denied', '{}');
INSERT INTO line VALUES (9, '123456789012', 'us-east-1', 'l2', 2, 'root', 'test:Put', 'thing/a', 'preview', '[]');
COMMIT;
