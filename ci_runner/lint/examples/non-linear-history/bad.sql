-- migrations/20240301120000_users.sql as a pull request edits it:
-- databases that have run it will never get the column.
CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text
);
