-- migrations/2_users_email.down.sql, beside 2_users_email.up.sql
ALTER TABLE users DROP COLUMN email;
