-- schema-ci:rename USERS -> people
-- schema-ci:rename users.email -> people.mail
-- schema-ci:rename pets -> animals
-- schema-ci:rename view v -> addresses
CREATE TABLE people (id integer PRIMARY KEY, mail text NOT NULL, age int, CHECK (mail <> ''));
CREATE TABLE animals (id integer PRIMARY KEY, owner int REFERENCES people (id));
CREATE INDEX by_mail ON people (mail);
CREATE VIEW addresses AS SELECT mail FROM people;
CREATE TRIGGER tr AFTER INSERT ON people BEGIN DELETE FROM animals WHERE owner = new.id; END;
