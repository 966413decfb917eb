CREATE TABLE app_user (id integer PRIMARY KEY, email varchar(80), age integer); CREATE VIEW v AS SELECT id, email, age FROM app_user;
