CREATE TABLE app_user (id integer PRIMARY KEY, email varchar(80));
