CREATE DOMAIN positive AS integer;

CREATE DOMAIN unused AS integer;

CREATE TABLE orders (
  id bigint PRIMARY KEY,
  amount positive
);
