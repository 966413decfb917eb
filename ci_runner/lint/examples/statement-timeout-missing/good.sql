SET LOCAL lock_timeout = '2s';
-- New tables are nobody's yet.
CREATE TABLE teams (id bigint PRIMARY KEY);
ALTER TABLE teams ADD COLUMN name text;
-- Neither readers nor writers wait for a comment.
COMMENT ON TABLE users IS 'who has an account';
SET LOCAL statement_timeout = '2s';
ALTER TABLE users ADD COLUMN email text;
