CREATE TABLE line (id integer PRIMARY KEY, quantity integer, price numeric, total numeric GENERATED ALWAYS AS (quantity * price) STORED CONSTRAINT positive CHECK (total > 0));
CREATE INDEX by_total ON line (total) WHERE total > 100;
CREATE VIEW dear AS SELECT id, total FROM line;
COMMENT ON COLUMN line.total IS 'before tax';
