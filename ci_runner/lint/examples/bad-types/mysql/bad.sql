ALTER TABLE users ADD COLUMN balance float;
