CREATE TABLE t (a integer, b integer); CREATE VIEW v WITH (security_barrier) AS SELECT a FROM t; CREATE VIEW w AS SELECT a FROM v;
