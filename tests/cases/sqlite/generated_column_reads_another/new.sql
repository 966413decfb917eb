CREATE TABLE t (z INT, g INT AS (z%3));
