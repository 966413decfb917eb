CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text
);

CREATE VIEW addresses AS
SELECT email FROM users;
