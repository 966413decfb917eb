CREATE TABLE t (a, b); CREATE VIEW v AS SELECT a+b, COUNT( * ), a AS fooBar FROM t -- the sum
;
