-- schema-ci:txmode none

-- Both columns live until no running release names the old one.
ALTER TABLE users ADD COLUMN email_address text;
UPDATE users SET email_address = email WHERE id < 1000;
