ALTER TABLE orders MODIFY amount decimal(12, 2) NOT NULL;
