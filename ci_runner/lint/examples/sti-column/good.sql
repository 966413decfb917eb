ALTER TABLE users ADD COLUMN kind text;
