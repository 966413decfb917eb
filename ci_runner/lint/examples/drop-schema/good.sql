-- What is still needed moves; the schema goes when it is empty, and fails when it is not.
ALTER TABLE billing.invoices SET SCHEMA public;
DROP SCHEMA billing;
