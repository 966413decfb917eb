CREATE TABLE t (a INT, c INT AS (b * 2), b INT AS (a + 1));
