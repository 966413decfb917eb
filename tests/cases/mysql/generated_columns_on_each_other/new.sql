CREATE TABLE t (a bigint, b bigint AS (a+1) STORED, c bigint AS (b+2) STORED, d int AS (c) VIRTUAL, KEY (d));
