-- schema-ci:rename schema app -> shop
-- schema-ci:rename app.notes -> shop.remarks
-- schema-ci:rename users -> crm.people
-- schema-ci:rename view app.names -> public.names
-- schema-ci:rename sequence app.numbers -> crm.counter
-- schema-ci:rename app.kept.a -> shop.kept.b
-- schema-ci:rename app.notes.body -> words
-- schema-ci:rename enum app.mood -> feeling
CREATE SCHEMA shop;
CREATE SCHEMA crm;
CREATE TABLE crm.people (id int PRIMARY KEY, name text);
CREATE TABLE shop.remarks (id serial, words text);
CREATE TABLE shop.kept (b int, f text);
CREATE TYPE shop.feeling AS ENUM ('ok');
CREATE VIEW names AS SELECT name FROM crm.people;
CREATE SEQUENCE crm.counter;
