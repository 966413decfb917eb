-- The column says the same.
ALTER TABLE orders DROP CONSTRAINT total_there;

-- One of the same name takes its place.
ALTER TABLE orders DROP CONSTRAINT total_positive;

-- schema-ci:txmode none
ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0) NOT VALID;

-- A unique index keeps out what the constraint did.
ALTER TABLE orders DROP CONSTRAINT number_once;

-- The table goes with it.
ALTER TABLE carts DROP CONSTRAINT carts_order;
-- schema-ci:nolint drop-table: no release reads it
DROP TABLE carts;
