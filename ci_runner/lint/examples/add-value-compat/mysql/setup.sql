CREATE TABLE orders (id bigint PRIMARY KEY, state enum('open', 'paid') NOT NULL);
