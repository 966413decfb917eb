-- No index holds it.
ALTER TABLE users ADD COLUMN note varchar(100) NULL;
