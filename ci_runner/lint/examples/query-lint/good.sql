UPDATE users SET name = '' WHERE email IS NULL;
INSERT INTO users (id, name) SELECT id + 1000, name FROM users WHERE id < 10 ORDER BY id;
-- count(*) names no columns.
CREATE VIEW counted AS SELECT count(*) AS users FROM users;
-- An index on the expression is used, and a column without one has none to lose.
DELETE FROM users WHERE lower(email) = 'a@example.org' AND upper(name) LIKE 'A%';
-- A calculation on the other side is done once.
UPDATE users SET name = 'x' WHERE id = abs(-5);
