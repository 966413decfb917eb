CREATE TABLE invoices (
  id bigint PRIMARY KEY,
  number text NOT NULL UNIQUE,
  issued_on date NOT NULL
);
