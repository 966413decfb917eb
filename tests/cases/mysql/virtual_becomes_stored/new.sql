CREATE TABLE t (a int, v int AS (a + 1) STORED, s int AS (a + 3) STORED, p int, q int AS (a * 2) VIRTUAL);
