-- migrations/20240308090000_users_email.sql, a file behind all that are merged
ALTER TABLE users ADD COLUMN email text;
