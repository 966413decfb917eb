ALTER TABLE users MODIFY email varchar(120) NOT NULL;
