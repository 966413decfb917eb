-- schema-ci:txmode none

ALTER TABLE users ADD COLUMN IF NOT EXISTS email text;
-- A constraint that was dropped before can be added again.
ALTER TABLE users DROP CONSTRAINT IF EXISTS users_name_short;
ALTER TABLE users ADD CONSTRAINT users_name_short CHECK (length(name) < 100) NOT VALID;
-- Temporary tables end with the session.
CREATE TEMPORARY TABLE scratch (line text);
-- In a transaction all is undone.
BEGIN;
CREATE TABLE teams (id bigint PRIMARY KEY);
COMMIT;
