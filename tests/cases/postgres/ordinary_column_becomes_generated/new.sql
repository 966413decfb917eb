CREATE TABLE t (a integer, b integer GENERATED ALWAYS AS (a * 2) STORED UNIQUE, c integer); CREATE VIEW v AS SELECT b, c FROM t;
