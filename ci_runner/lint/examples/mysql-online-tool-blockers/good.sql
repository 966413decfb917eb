-- Nobody waits for this one.
ALTER TABLE orders ADD COLUMN note varchar(100) NULL;
