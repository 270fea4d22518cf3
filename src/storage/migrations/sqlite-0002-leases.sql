-- serves: 0.1.0
--
-- Who does what only one process may do at a time (the sweeper). A row stays for ever: its token grows with
-- each change of hands, so that what an old holder still sends can be told from what the present one does.
CREATE TABLE leases (
  name       TEXT PRIMARY KEY,
  owner      TEXT NOT NULL,
  token      INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
