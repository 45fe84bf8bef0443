-- Machine-rate state, which is overwritten, and the lines of the audit trail.

CREATE TABLE posting (
    id      INTEGER PRIMARY KEY,
    account TEXT    NOT NULL,
    region  TEXT    NOT NULL,
    topic   TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    -- milliseconds since 1970-01-01T00:00:00Z
    at      INTEGER NOT NULL,
    body    BLOB    NOT NULL,
    UNIQUE (account, region, topic, subject)
) STRICT;

CREATE TABLE line (
    -- grows with every line: a line that is recorded again takes a new place
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

PRAGMA application_id = 1113216066; -- `BZTB` read as a big-endian number
PRAGMA user_version = 1;
