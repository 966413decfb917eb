-- Wider, in the same family.
ALTER TABLE orders ALTER COLUMN code TYPE varchar(40);

ALTER TABLE orders ALTER COLUMN code TYPE text;
