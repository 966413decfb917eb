CREATE TABLE t (a integer, b integer UNIQUE, c integer GENERATED ALWAYS AS (a + 1) STORED); CREATE VIEW v AS SELECT b, c FROM t;
