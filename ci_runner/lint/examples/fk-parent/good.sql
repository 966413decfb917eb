CREATE TABLE posts (
  id bigint PRIMARY KEY,
  author bigint REFERENCES users (id)
);
