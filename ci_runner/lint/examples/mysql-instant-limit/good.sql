ALTER TABLE users ADD COLUMN name varchar(100) NULL, ADD COLUMN phone varchar(20) NULL;
