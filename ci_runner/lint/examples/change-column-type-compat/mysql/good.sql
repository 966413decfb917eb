CREATE TABLE bills (id bigint PRIMARY KEY, code varchar(20) NOT NULL);

ALTER TABLE bills MODIFY code varchar(40) NOT NULL;

-- The type that it has.
ALTER TABLE orders MODIFY code varchar(20) NOT NULL DEFAULT '';
