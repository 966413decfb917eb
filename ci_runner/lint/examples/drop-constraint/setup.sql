CREATE TABLE orders (
  id bigint PRIMARY KEY,
  total numeric(10, 2) NOT NULL,
  CONSTRAINT total_positive CHECK (total > 0),
  CONSTRAINT total_there CHECK (total IS NOT NULL)
);
