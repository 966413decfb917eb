CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text,
  active boolean NOT NULL DEFAULT true
);

CREATE VIEW addresses AS
SELECT email FROM users;
