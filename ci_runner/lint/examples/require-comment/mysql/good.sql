CREATE TABLE notes (id bigint PRIMARY KEY) COMMENT='what users have written down';
-- Old tables are as they were.
ALTER TABLE users ADD COLUMN email varchar(20);
