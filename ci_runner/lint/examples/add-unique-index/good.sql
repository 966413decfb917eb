-- schema-ci:txmode none
-- Every statement is a transaction of its own.

-- schema-ci:nolint add-unique-data: no row is there twice
CREATE UNIQUE INDEX CONCURRENTLY users_email_key ON users (email);

ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
