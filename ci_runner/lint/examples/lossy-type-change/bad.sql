-- schema-ci:nolint type-change-rewrite: the table is small
ALTER TABLE orders ALTER COLUMN code TYPE varchar(10);
