-- migrations/00002_add_email.sql
ALTER TABLE users ADD COLUMN email text;
