CREATE TABLE users (id bigint PRIMARY KEY, code varchar(10) NOT NULL);
