CREATE TABLE users_copy (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL
);
INSERT INTO users_copy (id, email) SELECT id, email FROM users;
DROP TABLE users;
ALTER TABLE users_copy RENAME TO users;
