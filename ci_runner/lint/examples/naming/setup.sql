CREATE TABLE users (id bigint PRIMARY KEY, "userName" text);
