UPDATE users SET email = '' WHERE id < 1000 AND email IS NULL;

ALTER TABLE users MODIFY email varchar(100) NOT NULL;
