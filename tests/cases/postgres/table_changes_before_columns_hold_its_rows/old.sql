CREATE TYPE pair AS (m text, n integer);
CREATE TABLE t (id integer PRIMARY KEY, p pair, q integer);
