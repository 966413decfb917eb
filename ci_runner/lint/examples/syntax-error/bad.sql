ALTER TABLE users ADD COLUMN name text;
UPDATE users SET nmae = email WHERE id < 1000;
