-- schema-ci:txmode none
-- Every statement is a transaction of its own.

ALTER TABLE users ADD COLUMN login text;

CREATE UNIQUE INDEX CONCURRENTLY users_login_key ON users (login);

ALTER TABLE users ADD CONSTRAINT users_login_key UNIQUE USING INDEX users_login_key;
