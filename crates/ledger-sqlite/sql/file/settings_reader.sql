PRAGMA query_only = ON;
PRAGMA busy_timeout = 10000;
PRAGMA trusted_schema = OFF;
