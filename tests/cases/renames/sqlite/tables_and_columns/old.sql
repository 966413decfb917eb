CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL, CHECK (email <> ''));
CREATE TABLE pets (id integer PRIMARY KEY, owner int REFERENCES users (id));
CREATE INDEX by_email ON users (email);
CREATE VIEW v AS SELECT email FROM users;
CREATE TRIGGER tr AFTER INSERT ON users BEGIN DELETE FROM pets WHERE owner = new.id; END;
INSERT INTO users VALUES (1, 'a@b');
INSERT INTO pets VALUES (1, 1);
