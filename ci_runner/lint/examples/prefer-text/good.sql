ALTER TABLE users ADD COLUMN email text;
ALTER TABLE users ADD CONSTRAINT email_short CHECK (length(email) <= 255) NOT VALID;
