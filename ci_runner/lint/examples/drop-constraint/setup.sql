CREATE TABLE orders (
  id bigint PRIMARY KEY,
  number varchar(20) NOT NULL,
  total numeric(10, 2) NOT NULL,
  CONSTRAINT total_positive CHECK (total > 0),
  CONSTRAINT total_there CHECK (total IS NOT NULL),
  CONSTRAINT number_once UNIQUE (number)
);

CREATE UNIQUE INDEX orders_number ON orders (number);

CREATE TABLE carts (
  id bigint PRIMARY KEY,
  order_id bigint,
  CONSTRAINT carts_order FOREIGN KEY (order_id) REFERENCES orders (id)
);

CREATE INDEX carts_order_id ON carts (order_id);
