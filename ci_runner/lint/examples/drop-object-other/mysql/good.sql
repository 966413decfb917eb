-- It comes back under its name.
DROP VIEW addresses;
CREATE VIEW addresses AS SELECT id, email FROM users;
