CREATE TABLE narrow (id bigint PRIMARY KEY, a text, b text);
-- An old table does not grow beyond it.
ALTER TABLE users ADD COLUMN email text;
