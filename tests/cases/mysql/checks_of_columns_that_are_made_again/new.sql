CREATE TABLE t (a int, b bigint AS (a + 3) STORED, CONSTRAINT q CHECK (b > a));
