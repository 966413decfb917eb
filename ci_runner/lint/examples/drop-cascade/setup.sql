CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text
);

CREATE VIEW addresses AS
SELECT email FROM users;

CREATE VIEW domains AS
SELECT split_part(email, '@', 2) AS domain FROM addresses;

CREATE VIEW alone AS
SELECT 1 AS one;
