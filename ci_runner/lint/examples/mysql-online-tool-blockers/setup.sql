CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (
  id bigint PRIMARY KEY,
  user_id bigint NOT NULL,
  amount int NOT NULL,
  FOREIGN KEY (user_id) REFERENCES users (id)
);
CREATE TABLE payments (id bigint PRIMARY KEY, amount int NOT NULL);
