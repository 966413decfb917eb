-- schema-ci:txmode none

UPDATE users SET email = '' WHERE email IS NULL;

-- schema-ci:nolint set-not-null-scan: the table is small
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
