-- The schema as it should be. Edit this file; schema-ci writes the migration.

CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  sku TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
  supplier_code TEXT
);

CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  placed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE order_lines (
  order_id INTEGER NOT NULL REFERENCES orders (id),
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  PRIMARY KEY (order_id, product_id)
);

CREATE INDEX orders_email ON orders (email);

CREATE VIEW order_totals AS
SELECT l.order_id, sum(l.quantity * p.price_cents) AS total_cents
FROM order_lines AS l
JOIN products AS p ON p.id = l.product_id
GROUP BY l.order_id;
