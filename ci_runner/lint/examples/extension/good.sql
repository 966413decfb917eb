-- What is installed already may be used.
CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);
CREATE INDEX users_name_idx ON users USING gin (name gin_trgm_ops);
-- On the team's list.
CREATE EXTENSION IF NOT EXISTS btree_gist;
