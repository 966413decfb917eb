ALTER TABLE users ADD COLUMN balance decimal(12, 2);
