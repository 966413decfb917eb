-- migrations/20240301120000_users.sql as it was merged
CREATE TABLE users (
  id bigint PRIMARY KEY
);
