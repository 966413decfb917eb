CREATE UNLOGGED TABLE t (a integer) WITH (autovacuum_enabled = false); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
