-- serves: 0.1.0
--
-- Who does what only one process may do at a time (the sweeper). A row stays for ever: its token grows with
-- each change of hands, so that what an old holder still sends can be told from what the present one does.
-- Times are the database's own.
CREATE TABLE leases (
  name       text COLLATE "C" PRIMARY KEY,
  owner      text NOT NULL,
  token      bigint NOT NULL,
  expires_at bigint NOT NULL
) WITH (fillfactor = 50);
