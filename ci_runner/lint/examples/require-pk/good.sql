CREATE TABLE events (name text PRIMARY KEY);
-- The key may come in a later statement.
CREATE TABLE visits (id bigint NOT NULL, page text NOT NULL, UNIQUE (id));
-- A unique key that no NULL escapes is as good.
CREATE TABLE codes (code text NOT NULL UNIQUE);
CREATE TEMPORARY TABLE scratch (line text);
-- What is dropped again needs none.
CREATE TABLE passing (line text);
DROP TABLE passing;
-- The old table is as it was.
ALTER TABLE log ADD COLUMN level text;
