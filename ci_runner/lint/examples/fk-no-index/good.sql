CREATE TABLE posts (
  id bigint PRIMARY KEY,
  author bigint NOT NULL REFERENCES users (id)
);

CREATE INDEX posts_author ON posts (author);
