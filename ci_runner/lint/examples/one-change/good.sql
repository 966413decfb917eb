UPDATE users SET name = 'nobody' WHERE id = 1;
ALTER TABLE users ADD COLUMN email text;
