-- One append-only table of entries, and one row for each document that points at its latest entry.

CREATE TABLE document (
    id       INTEGER PRIMARY KEY,
    account  TEXT    NOT NULL,
    region   TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    -- the latest entry; deferred, because document and entry of a first revision point at each other
    head     INTEGER NOT NULL REFERENCES entry (seq) DEFERRABLE INITIALLY DEFERRED,
    revision INTEGER NOT NULL CHECK (revision >= 1),
    live     INTEGER NOT NULL CHECK (live IN (0, 1)),
    UNIQUE (account, region, kind, name)
) STRICT;

-- lists of heads pass over retired documents, however many there have been
CREATE INDEX document_live ON document (account, region, kind, name) WHERE live = 1;

CREATE TABLE entry (
    -- 1, 2, 3.. without gaps: handed out by the one writer, not by AUTOINCREMENT, which may skip
    seq       INTEGER PRIMARY KEY,
    document  INTEGER NOT NULL REFERENCES document (id),
    revision  INTEGER NOT NULL CHECK (revision >= 1),
    token     TEXT    NOT NULL,
    format    INTEGER NOT NULL,
    -- NULL: retired
    body      TEXT,
    principal TEXT    NOT NULL,
    -- milliseconds since 1970-01-01T00:00:00Z
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

PRAGMA application_id = 1113216076; -- `BZTL` read as a big-endian number
PRAGMA user_version = 1;
