CREATE TABLE bills (
  id bigint PRIMARY KEY,
  code varchar(20) NOT NULL
);

ALTER TABLE bills ALTER COLUMN code TYPE varchar(40);

-- The type that it has.
ALTER TABLE orders ALTER COLUMN code TYPE varchar(20);
