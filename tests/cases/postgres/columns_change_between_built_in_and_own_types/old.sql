CREATE DOMAIN small AS integer;
CREATE DOMAIN strict AS integer CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE other AS (a integer, b text);
CREATE TABLE t (a integer, b small, c integer, d strict, e mood, f text, g pair, h pair, i small, j mood DEFAULT 'ok');
