CREATE TYPE state AS ENUM ('new', 'paid', 'lost', 'sent');
COMMENT ON TYPE state IS 'of an order';
CREATE TABLE orders (id integer, state state NOT NULL DEFAULT 'new', earlier state[] DEFAULT '{new,paid}', open boolean GENERATED ALWAYS AS (state <> 'sent'::state) STORED, note text DEFAULT ('new'::state)::text, CONSTRAINT not_twice CHECK (state <> ALL (earlier)));
CREATE INDEX waiting ON orders (id) WHERE state = 'new';
CREATE VIEW unsent AS SELECT id, state FROM orders WHERE state < 'sent'::state;
CREATE VIEW kinds AS SELECT 'paid'::state AS state;
