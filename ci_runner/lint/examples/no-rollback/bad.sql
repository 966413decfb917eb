-- migrations/2_users_email.up.sql, and no 2_users_email.down.sql
ALTER TABLE users ADD COLUMN email text;
