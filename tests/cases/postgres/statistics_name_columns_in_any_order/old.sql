CREATE TABLE t (a integer, z text); CREATE STATISTICS gone ON a, z FROM t;
