CREATE DOMAIN amount AS bigint DEFAULT 3 CHECK (VALUE > 0);
CREATE DOMAIN tip AS amount;
CREATE DOMAIN unused AS text COLLATE "C";
CREATE TYPE bill_line AS (amount amount, note text);
CREATE TABLE bills (id integer, amount amount NOT NULL DEFAULT 5, tips amount[], tip tip, line bill_line, CONSTRAINT low CHECK (amount < 99));
CREATE INDEX by_amount ON bills (amount);
CREATE INDEX dear ON bills (id) WHERE amount > 50;
CREATE VIEW sums AS SELECT id, amount, (line).note FROM bills WHERE tip > 1;
