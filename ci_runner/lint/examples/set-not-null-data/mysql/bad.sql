ALTER TABLE users MODIFY email varchar(100) NOT NULL;
