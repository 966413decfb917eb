CREATE TABLE users (id bigint PRIMARY KEY, email varchar(100) NOT NULL);
CREATE VIEW addresses AS SELECT email FROM users;
