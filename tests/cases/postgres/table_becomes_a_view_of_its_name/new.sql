CREATE TABLE people (id integer PRIMARY KEY, name text);
CREATE VIEW person AS SELECT id, name FROM people;
CREATE TABLE kept (a integer);
