-- Wider, in the same family.
ALTER TABLE orders MODIFY code varchar(40) NOT NULL DEFAULT '';
