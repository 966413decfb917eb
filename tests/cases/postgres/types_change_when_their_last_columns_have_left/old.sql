CREATE TYPE "Row" AS (b integer);
CREATE TABLE b (x "Row"[] NOT NULL, y "Row"[] PRIMARY KEY);
CREATE TABLE c (x "Row", k integer);
CREATE DOMAIN d AS integer;
CREATE TYPE crate AS (d d);
CREATE TABLE e (x crate, f d[]);
CREATE FUNCTION f(r "Row") RETURNS integer LANGUAGE sql AS 'SELECT 1';
