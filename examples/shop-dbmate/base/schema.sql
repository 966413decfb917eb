CREATE TABLE gifts (
  id integer PRIMARY KEY,
  title text NOT NULL,
  ribbon text
);
