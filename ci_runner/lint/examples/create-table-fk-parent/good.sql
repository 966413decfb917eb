CREATE TABLE authors (
  id bigint PRIMARY KEY
);

CREATE TABLE posts (
  id bigint PRIMARY KEY,
  author bigint NOT NULL REFERENCES authors (id)
);
