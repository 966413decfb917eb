CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text,
  active boolean NOT NULL DEFAULT true
);
