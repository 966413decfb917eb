CREATE SCHEMA app;
CREATE TABLE users (id int PRIMARY KEY, name text);
CREATE TABLE app.notes (id serial, body text);
CREATE TABLE app.kept (a int, f text);
CREATE TYPE app.mood AS ENUM ('ok');
CREATE VIEW app.names AS SELECT name FROM users;
CREATE SEQUENCE app.numbers;
INSERT INTO users VALUES (1, 'jo');
INSERT INTO app.notes (body) VALUES ('x');
