CREATE TABLE users (
  id bigint PRIMARY KEY,
  email text COLLATE "C",
  name varchar(20)
);

CREATE INDEX users_email ON users (email);

CREATE INDEX users_name ON users (name);
