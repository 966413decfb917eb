ALTER TABLE users ADD CONSTRAINT users_email_given CHECK (email <> '');
