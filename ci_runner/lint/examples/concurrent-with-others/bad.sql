-- schema-ci:txmode none

CREATE INDEX CONCURRENTLY users_email ON users (email);

ALTER TABLE users ADD COLUMN plan text;
