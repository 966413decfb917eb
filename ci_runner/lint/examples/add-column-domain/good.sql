ALTER TABLE users ADD COLUMN age anything;
