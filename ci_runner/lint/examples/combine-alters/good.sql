CREATE TABLE teams (id bigint PRIMARY KEY, name text NOT NULL);
ALTER TABLE teams ADD COLUMN email text, ADD COLUMN phone text;
-- A statement between them may need what the first has done.
UPDATE teams SET email = name WHERE id = 1;
ALTER TABLE teams ALTER COLUMN email SET DEFAULT '';
-- It does not wait for readers and writers, as the others do.
ALTER TABLE teams ALTER COLUMN email SET STATISTICS 200;
-- Another table is another statement.
ALTER TABLE users ADD COLUMN email text;
