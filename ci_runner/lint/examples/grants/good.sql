-- Nobody's rights change.
ALTER TABLE users ADD COLUMN email text;
