CREATE TABLE users (id bigint PRIMARY KEY, name varchar(100), email varchar(100));
