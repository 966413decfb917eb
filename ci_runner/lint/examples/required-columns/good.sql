CREATE TABLE teams (id bigint PRIMARY KEY);
-- It may come in a later statement.
ALTER TABLE teams ADD COLUMN created_at timestamp;
-- Old tables are as they were.
ALTER TABLE users ADD COLUMN email text;
