-- Unique with the key of old alone.
-- schema-ci:nolint create-index-blocking: the table is small
CREATE UNIQUE INDEX users_id_email ON users (id, email);
