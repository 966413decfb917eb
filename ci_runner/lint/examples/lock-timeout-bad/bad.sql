SET LOCAL lock_timeout = 0;
ALTER TABLE users ADD COLUMN email text;
