CREATE TABLE t (d int, a int, x int, e bigint, b int, c int);
