-- schema-ci:txmode none
-- Every statement is a transaction of its own.

-- Without a default there is nothing to look up.
ALTER TABLE orders ADD COLUMN parent_id bigint REFERENCES orders (id);

-- With one, the foreign key comes behind it and is checked last.
ALTER TABLE orders ADD COLUMN state text DEFAULT 'open';

ALTER TABLE orders
  ADD CONSTRAINT orders_state_fk FOREIGN KEY (state) REFERENCES states (name) NOT VALID;

ALTER TABLE orders VALIDATE CONSTRAINT orders_state_fk;
