CREATE TABLE t (a integer NOT NULL, b text, c text, d varchar(9), e bytea)
    WITH (toast.autovacuum_vacuum_scale_factor = 0.5, fillfactor = 90);
CREATE UNIQUE INDEX t_a ON t (a);
ALTER TABLE t REPLICA IDENTITY USING INDEX t_a;
ALTER TABLE t CLUSTER ON t_a;
ALTER TABLE t ALTER b SET STATISTICS 0, ALTER c SET (n_distinct_inherited = 5), ALTER e SET STORAGE MAIN;
CREATE TABLE u (a integer PRIMARY KEY WITH (fillfactor = 50), b integer NOT NULL, c text);
CREATE UNIQUE INDEX u_b ON u (b) WITH (deduplicate_items = off) WHERE true;
CREATE INDEX u_expr ON u ((a + b), c) WITH (fillfactor = 33);
ALTER INDEX u_expr ALTER 1 SET STATISTICS 12;
ALTER TABLE u CLUSTER ON u_pkey;
ALTER TABLE u REPLICA IDENTITY FULL;
COMMENT ON INDEX u_pkey IS 'behind the key';
CREATE TABLE nothing (a integer);
