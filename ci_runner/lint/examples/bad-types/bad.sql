ALTER TABLE users ADD COLUMN balance money;
