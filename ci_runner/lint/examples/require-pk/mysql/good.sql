CREATE TABLE events (name varchar(20) PRIMARY KEY);
-- The key may come in a later statement.
CREATE TABLE visits (id bigint NOT NULL, page varchar(20) NOT NULL);
ALTER TABLE visits ADD PRIMARY KEY (id);
-- A unique key that no NULL escapes is as good.
CREATE TABLE codes (code varchar(20) NOT NULL UNIQUE);
CREATE TEMPORARY TABLE scratch (line text);
-- What is dropped again needs none.
CREATE TABLE passing (line text);
DROP TABLE passing;
-- The old table is as it was.
ALTER TABLE log ADD COLUMN level text;
