ALTER TABLE customers ADD COLUMN name text;
ALTER TABLE orders ADD COLUMN note text;
