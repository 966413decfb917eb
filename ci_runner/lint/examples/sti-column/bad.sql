ALTER TABLE users ADD COLUMN type text;
