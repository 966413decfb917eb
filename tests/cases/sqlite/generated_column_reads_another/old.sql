CREATE TABLE t (a INT, z INT, g INT AS (a%3));
