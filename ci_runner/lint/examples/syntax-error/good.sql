-- schema-ci:txmode none

ALTER TABLE users ADD COLUMN name text;
UPDATE users SET name = email WHERE id < 1000;
