CREATE TABLE payments (
  id bigint PRIMARY KEY,
  invoice_id bigint NOT NULL REFERENCES invoices (id),
  amount numeric(12, 2) NOT NULL,
  received_at timestamptz
);

CREATE INDEX payments_invoice_id_idx ON payments (invoice_id);
