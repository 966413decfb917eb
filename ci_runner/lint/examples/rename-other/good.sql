-- Made in this change.
CREATE SEQUENCE invoices;

ALTER SEQUENCE invoices RENAME TO invoice_numbers;
