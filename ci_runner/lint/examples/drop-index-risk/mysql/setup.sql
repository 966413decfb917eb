CREATE TABLE users (
  id bigint PRIMARY KEY,
  email varchar(100),
  KEY users_email (email),
  KEY users_hidden (email, id) IGNORED
);
