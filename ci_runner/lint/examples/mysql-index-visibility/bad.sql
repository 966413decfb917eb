ALTER TABLE users ALTER INDEX users_email IGNORED, ADD COLUMN name varchar(100) NULL;
