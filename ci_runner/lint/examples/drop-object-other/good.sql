-- It comes back under its name.
DROP VIEW addresses;

CREATE VIEW addresses AS
SELECT id, email FROM users;

-- Nobody has seen this one.
CREATE VIEW ids AS
SELECT id FROM users;

DROP VIEW ids;
