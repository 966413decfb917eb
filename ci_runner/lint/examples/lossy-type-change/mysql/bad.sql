-- schema-ci:nolint mysql-table-copy: the table is small
ALTER TABLE orders MODIFY code varchar(10) NOT NULL;
