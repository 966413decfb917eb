CREATE TABLE plans (name varchar(20) PRIMARY KEY);

ALTER TABLE users ADD COLUMN plan varchar(20);
