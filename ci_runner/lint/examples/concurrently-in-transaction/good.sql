-- schema-ci:txmode none
-- The tool that runs the file must be told the same.

CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id);
