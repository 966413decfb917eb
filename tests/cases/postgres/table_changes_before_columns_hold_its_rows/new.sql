CREATE TYPE pair AS (m text, n bigint, z date);
CREATE TABLE t (id integer PRIMARY KEY, p pair, q text, n integer DEFAULT 4);
CREATE TABLE plain (x t[]);
CREATE DOMAIN d AS t;
CREATE TABLE deep (x d);
