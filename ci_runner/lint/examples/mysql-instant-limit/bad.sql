ALTER TABLE users ADD COLUMN name varchar(100) NULL;
ALTER TABLE users ADD COLUMN phone varchar(20) NULL;
