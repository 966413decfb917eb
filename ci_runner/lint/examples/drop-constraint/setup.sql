CREATE TABLE orders (
  id bigint PRIMARY KEY,
  number varchar(20) NOT NULL,
  total numeric(10, 2) NOT NULL,
  CONSTRAINT total_positive CHECK (total > 0),
  CONSTRAINT total_there CHECK (total IS NOT NULL),
  CONSTRAINT number_once UNIQUE (number)
);

CREATE UNIQUE INDEX orders_number ON orders (number);
