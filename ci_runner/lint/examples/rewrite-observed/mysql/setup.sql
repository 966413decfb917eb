CREATE TABLE users (id bigint PRIMARY KEY, age int);

CREATE PROCEDURE widen() ALTER TABLE users MODIFY age bigint;

CREATE PROCEDURE grow() ALTER TABLE users ADD COLUMN plan int;
