CREATE DOMAIN small AS integer;
CREATE DOMAIN strict AS integer CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE other AS (a integer, b text);
CREATE TABLE t (a small, b integer, c strict, d bigint, e text, f mood, g jsonb, h other, i text, j integer DEFAULT 1);
