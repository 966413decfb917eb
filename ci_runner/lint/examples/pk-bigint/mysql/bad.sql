CREATE TABLE orders (id int unsigned PRIMARY KEY);
