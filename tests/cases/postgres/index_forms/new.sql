CREATE TABLE t (a integer, b text); CREATE UNIQUE INDEX i ON t (a) INCLUDE (b) WHERE a > 0; CREATE INDEX j ON t USING hash (lower(b));
