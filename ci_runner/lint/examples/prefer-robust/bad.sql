-- schema-ci:txmode none

ALTER TABLE users ADD COLUMN email text;
CREATE TABLE IF NOT EXISTS teams (id bigint PRIMARY KEY);
