-- schema-ci:rename schema app -> shop
-- schema-ci:rename app.notes -> shop.remarks
-- schema-ci:rename users -> crm.people
-- schema-ci:rename view app.names -> public.names
-- schema-ci:rename sequence app.numbers -> crm.counter
CREATE SCHEMA shop;
CREATE SCHEMA crm;
CREATE TABLE crm.people (id int PRIMARY KEY, name text);
CREATE TABLE shop.remarks (id serial, body text);
CREATE VIEW names AS SELECT name FROM crm.people;
CREATE SEQUENCE crm.counter;
