CREATE TABLE orders (
  id bigint PRIMARY KEY,
  user_code varchar(10) NOT NULL,
  FOREIGN KEY (user_code) REFERENCES users (code)
);
