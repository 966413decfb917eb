CREATE TABLE notes (id bigint PRIMARY KEY);
COMMENT ON TABLE notes IS 'what users have written down';
-- Old tables are as they were.
ALTER TABLE users ADD COLUMN email text;
