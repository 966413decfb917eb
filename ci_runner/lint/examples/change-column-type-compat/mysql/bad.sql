ALTER TABLE orders MODIFY code varchar(40) NOT NULL;
