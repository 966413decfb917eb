CREATE INDEX orders_customer_id_idx ON shop.orders (customer_id);

ALTER TABLE shop.customers DROP COLUMN phone;
