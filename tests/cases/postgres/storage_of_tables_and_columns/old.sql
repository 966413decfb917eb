CREATE TABLE t (a integer NOT NULL, b text COMPRESSION pglz, c numeric(9,2), d text, e bytea)
    WITH (toast.autovacuum_enabled = off, fillfactor = 80);
ALTER TABLE t REPLICA IDENTITY FULL;
ALTER TABLE t ALTER b SET STATISTICS 9, ALTER c SET (n_distinct = 5), ALTER d SET STORAGE EXTERNAL;
CREATE TABLE u (a integer PRIMARY KEY WITH (fillfactor = 70), b integer NOT NULL, c text);
CREATE UNIQUE INDEX u_b ON u (b) WITH (fillfactor = 60) WHERE true;
CREATE INDEX u_expr ON u ((a + b), c);
ALTER TABLE u CLUSTER ON u_expr;
ALTER TABLE u REPLICA IDENTITY USING INDEX u_pkey;
COMMENT ON INDEX u_pkey IS 'behind';
CREATE TABLE nothing (a integer);
ALTER TABLE nothing REPLICA IDENTITY NOTHING;
