SET LOCAL lock_timeout = '2s';
ALTER TABLE users ADD COLUMN email text;
SET LOCAL lock_timeout = '5s';
ALTER TABLE users ADD COLUMN phone text;
