CREATE TABLE t (a int, b int AS (a + 1) VIRTUAL, c int AS (b + 1) VIRTUAL, KEY k (b), CONSTRAINT q CHECK (b > 0));
