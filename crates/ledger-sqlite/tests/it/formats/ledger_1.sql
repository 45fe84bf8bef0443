-- A ledger as format 1 was when it was frozen. Never edit: what was written once is read for ever.
BEGIN;
CREATE TABLE document (
    id       INTEGER PRIMARY KEY,
    account  TEXT    NOT NULL,
    region   TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    head     INTEGER NOT NULL REFERENCES entry (seq) DEFERRABLE INITIALLY DEFERRED,
    revision INTEGER NOT NULL CHECK (revision >= 1),
    live     INTEGER NOT NULL CHECK (live IN (0, 1)),
    UNIQUE (account, region, kind, name)
) STRICT;

CREATE INDEX document_live ON document (account, region, kind, name) WHERE live = 1;

CREATE TABLE entry (
    seq       INTEGER PRIMARY KEY,
    document  INTEGER NOT NULL REFERENCES document (id),
    revision  INTEGER NOT NULL CHECK (revision >= 1),
    token     TEXT    NOT NULL,
    format    INTEGER NOT NULL,
    body      TEXT,
    principal TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    request   TEXT    NOT NULL,
    action    TEXT    NOT NULL,
    reason    TEXT,
    preview   TEXT,
    UNIQUE (document, revision)
) STRICT;

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'an entry is never changed');
END;

CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'an entry is never deleted');
END;

PRAGMA application_id = 1113216076;
PRAGMA user_version = 1;

INSERT INTO document VALUES (1, '123456789012', 'us-east-1', 'test/thing', 'a', 3, 2, 1);
INSERT INTO document VALUES (2, '123456789012', 'us-east-1', 'test/thing', 'é', 4, 2, 0);
INSERT INTO entry VALUES (1, 1, 1, '00000000-0000-4000-8000-000000000001', 1, '{"a":1}', 'root', 1700000000000, 'r1', 'test:Put', NULL, NULL);
INSERT INTO entry VALUES (2, 2, 1, '00000000-0000-4000-8000-000000000002', 7, '', 'agent/mi-1', -1, 'r2', 'test:Put', 'why', NULL);
INSERT INTO entry VALUES (3, 1, 2, '00000000-0000-4000-8000-000000000003', 1, '{"a":2}', 'root', 1700000000001, 'r3', 'test:Put', '', 'pv-1');
INSERT INTO entry VALUES (4, 2, 2, '00000000-0000-4000-8000-000000000004', 1, NULL, 'root', 1700000000002, 'r4', 'test:Delete', NULL, NULL);
COMMIT;
