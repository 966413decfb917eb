ALTER TABLE users ADD COLUMN opens timetz;
