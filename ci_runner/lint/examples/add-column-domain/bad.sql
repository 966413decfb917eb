ALTER TABLE users ADD COLUMN age positive;
