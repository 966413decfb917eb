CREATE TABLE users (id bigint PRIMARY KEY, name varchar(20) NOT NULL, email varchar(100));
