CREATE TABLE teams (id bigint PRIMARY KEY, name varchar(20) NOT NULL);
ALTER TABLE teams ADD COLUMN email varchar(20), ADD COLUMN phone varchar(20);
-- A statement between them may need what the first has done.
UPDATE teams SET email = name WHERE id = 1;
ALTER TABLE teams ALTER COLUMN email SET DEFAULT '';
-- Another table is another statement.
ALTER TABLE users ADD COLUMN email varchar(20);
