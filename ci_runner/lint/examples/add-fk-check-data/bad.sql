-- schema-ci:nolint add-check-validates: the table is small
ALTER TABLE users ADD CONSTRAINT email_form CHECK (email LIKE '%@%');
