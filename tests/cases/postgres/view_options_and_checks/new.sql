CREATE TABLE t (a integer, b text); CREATE VIEW v WITH (security_invoker = true) AS SELECT a, b FROM t; CREATE VIEW w AS SELECT a FROM t WHERE a > 0 WITH LOCAL CHECK OPTION;
