CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL, amount int NOT NULL);
CREATE TABLE rates (id bigint PRIMARY KEY, amount int NOT NULL);
