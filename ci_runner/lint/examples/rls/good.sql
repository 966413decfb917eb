CREATE TABLE invoices (id bigint PRIMARY KEY, tenant_id bigint NOT NULL);
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
-- In a schema without it nothing is missing.
CREATE SCHEMA reports;
CREATE TABLE reports.sums (id bigint PRIMARY KEY);
