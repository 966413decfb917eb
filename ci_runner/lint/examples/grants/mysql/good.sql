-- Nobody's rights change.
ALTER TABLE users ADD COLUMN name varchar(100) NULL;
