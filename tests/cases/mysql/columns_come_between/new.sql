CREATE TABLE t (x int, c int, y int, a bigint, z int);
