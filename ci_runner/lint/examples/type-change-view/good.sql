DROP VIEW addresses;

-- schema-ci:nolint
ALTER TABLE users ALTER COLUMN email TYPE varchar(200);

CREATE VIEW addresses AS
SELECT email FROM users;
