-- Only the catalogue changes under the lock.
ALTER TABLE users ADD COLUMN plan text;

ALTER TABLE users ALTER COLUMN plan SET DEFAULT 'free';
