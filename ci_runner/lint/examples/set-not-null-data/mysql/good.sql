UPDATE users SET email = '' WHERE email IS NULL;

ALTER TABLE users MODIFY email varchar(100) NOT NULL;
