CREATE TYPE "Row" AS (b text);
CREATE TABLE public.b2 (a integer);
CREATE TABLE c (x text, k integer);
CREATE DOMAIN d AS integer CHECK (VALUE > 0) NOT NULL;
CREATE TYPE crate AS (d d);
CREATE TABLE e (f integer[]);
CREATE FUNCTION f(r "Row") RETURNS integer LANGUAGE sql AS 'SELECT 1';
