-- schema-ci:txmode none
-- Every statement is a transaction of its own.

ALTER TABLE orders ADD COLUMN discount numeric;

ALTER TABLE orders ADD CONSTRAINT orders_discount_check CHECK (discount >= 0) NOT VALID;

ALTER TABLE orders VALIDATE CONSTRAINT orders_discount_check;
