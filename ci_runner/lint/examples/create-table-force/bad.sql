-- schema-ci:nolint drop-table: it is filled from a file again
DROP TABLE users;

CREATE TABLE users (
  id bigint PRIMARY KEY
);
