SET SESSION lock_wait_timeout = 2;
ALTER TABLE users ADD COLUMN email varchar(20);
-- New tables are nobody's yet.
CREATE TABLE teams (id bigint PRIMARY KEY);
ALTER TABLE teams ADD COLUMN name varchar(20);
