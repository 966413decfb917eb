INSERT INTO users (id, name) SELECT id + 1000, name FROM users WHERE id < 10 ORDER BY id;
-- count(*) names no columns.
CREATE VIEW counted AS SELECT count(*) AS users FROM users;
-- This sets it, and compares nothing.
UPDATE users SET email = NULL WHERE id = 7;
DELETE FROM users WHERE email LIKE 'a%';
INSERT INTO users SET id = 5, name = 'ann';
