-- The schema as it should be. Edit this file; schema-ci writes the migration.

CREATE SCHEMA shop;

CREATE TYPE shop.order_status AS ENUM ('placed', 'paid', 'shipped', 'refunded');

CREATE TABLE shop.customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  CONSTRAINT customers_email_key UNIQUE (email)
);

CREATE TABLE shop.products (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sku text NOT NULL,
  title text NOT NULL,
  price numeric(12, 2) NOT NULL,
  CONSTRAINT products_sku_key UNIQUE (sku),
  CONSTRAINT products_price_check CHECK (price >= 0)
);

CREATE TABLE shop.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL,
  status shop.order_status NOT NULL DEFAULT 'placed',
  placed_at timestamptz NOT NULL DEFAULT now(),
  coupon text,
  CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES shop.customers (id)
);

CREATE TABLE shop.order_lines (
  order_id bigint NOT NULL,
  product_id bigint NOT NULL,
  quantity integer NOT NULL,
  price numeric(12, 2) NOT NULL,
  PRIMARY KEY (order_id, product_id),
  CONSTRAINT order_lines_order_id_fkey FOREIGN KEY (order_id)
    REFERENCES shop.orders (id) ON DELETE CASCADE,
  CONSTRAINT order_lines_product_id_fkey FOREIGN KEY (product_id) REFERENCES shop.products (id),
  CONSTRAINT order_lines_quantity_check CHECK (quantity > 0)
);

CREATE INDEX orders_customer_id_idx ON shop.orders (customer_id);

CREATE INDEX order_lines_product_id_idx ON shop.order_lines (product_id);

CREATE INDEX orders_unshipped_idx ON shop.orders (placed_at) WHERE status <> 'shipped';

COMMENT ON COLUMN shop.order_lines.price IS 'of one piece, as it was when the order was placed';

CREATE SCHEMA reporting;

CREATE VIEW reporting.order_totals AS
SELECT o.id AS order_id, o.status, sum(l.quantity * l.price) AS total, o.coupon
FROM shop.orders AS o
JOIN shop.order_lines AS l ON l.order_id = o.id
GROUP BY o.id, o.status, o.coupon;
