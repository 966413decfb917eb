-- Readers and writers go on.
ALTER TABLE orders ADD COLUMN note varchar(100) NULL;
