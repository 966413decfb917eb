ALTER TABLE users ADD COLUMN email text;
CREATE TABLE notes (id bigint PRIMARY KEY);
