ALTER TABLE countries ADD COLUMN currency text;
-- The old column is as it was.
ALTER TABLE countries ALTER COLUMN code SET DEFAULT '';
