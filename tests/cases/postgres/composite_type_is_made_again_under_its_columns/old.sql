CREATE TYPE kind AS ENUM ('a', 'b');
CREATE TYPE part AS (kind kind, size integer);
CREATE TYPE whole AS (name text, part part);
CREATE TABLE things (id integer, whole whole DEFAULT ROW('x', NULL), parts part[]);
CREATE VIEW sizes AS SELECT id, ((whole).part).size FROM things;
CREATE TYPE deep AS (part part, parts part[]);
CREATE TABLE parents (deep deep);
CREATE TABLE children (own kind) INHERITS (parents);
