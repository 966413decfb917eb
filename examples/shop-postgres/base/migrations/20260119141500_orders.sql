CREATE TYPE shop.order_status AS ENUM ('placed', 'paid', 'shipped');

CREATE TABLE shop.orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL,
  status shop.order_status NOT NULL DEFAULT 'placed',
  placed_at timestamptz NOT NULL DEFAULT now(),
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

CREATE INDEX orders_unshipped_idx ON shop.orders (placed_at) WHERE status <> 'shipped';

COMMENT ON COLUMN shop.order_lines.price IS 'of one piece, as it was when the order was placed';
