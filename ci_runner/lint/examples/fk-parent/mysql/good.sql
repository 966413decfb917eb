CREATE TABLE orders (
  id bigint PRIMARY KEY,
  user_id bigint NOT NULL,
  FOREIGN KEY (user_id) REFERENCES users (id)
);
