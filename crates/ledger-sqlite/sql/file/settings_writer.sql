-- Readers go on while the writer writes, and COMMIT returns after the write-ahead log is on the disk.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
-- after a burst the log is cut back to this many bytes
PRAGMA journal_size_limit = 67108864;
-- milliseconds that a command-line client of an operator may hold the file
PRAGMA busy_timeout = 10000;
-- a schema that somebody tampered with runs nothing
PRAGMA trusted_schema = OFF;
