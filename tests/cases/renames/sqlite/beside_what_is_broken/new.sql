-- schema-ci:rename users -> people
-- schema-ci:rename users.email -> people.mail
CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT);
CREATE TRIGGER audit AFTER UPDATE ON people BEGIN INSERT INTO log VALUES (new.mail); END;
CREATE VIEW report AS SELECT * FROM log;
CREATE VIEW mails AS SELECT mail AS email FROM people;
