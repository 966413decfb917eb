CREATE TABLE posts (
  id bigint PRIMARY KEY,
  author text REFERENCES users (email)
);
