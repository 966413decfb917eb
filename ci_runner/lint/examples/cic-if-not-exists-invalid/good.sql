-- schema-ci:txmode none

DROP INDEX CONCURRENTLY IF EXISTS users_email;

CREATE INDEX CONCURRENTLY users_email ON users (email);
