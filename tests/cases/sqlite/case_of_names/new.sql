CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT); CREATE TABLE posts (u INT REFERENCES users (id)); CREATE INDEX i ON users (email);
