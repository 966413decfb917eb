-- schema-ci:nolint mysql-add-check: the table is small
ALTER TABLE users ADD CONSTRAINT email_form CHECK (email LIKE '%@%');
