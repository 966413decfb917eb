CREATE TABLE posts (
  id bigint PRIMARY KEY,
  author integer NOT NULL REFERENCES users (id)
);
