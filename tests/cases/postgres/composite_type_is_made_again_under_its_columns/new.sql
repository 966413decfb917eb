CREATE TYPE kind AS ENUM ('a', 'c');
CREATE TYPE part AS (size bigint, kind kind);
CREATE TYPE whole AS (name text, part part);
CREATE TABLE things (id integer, whole whole DEFAULT ROW('x', NULL), parts part[]);
CREATE VIEW sizes AS SELECT id, ((whole).part).size FROM things;
CREATE TYPE deep AS (part part, parts part[]);
CREATE TABLE parents (deep deep);
CREATE TABLE children (own kind) INHERITS (parents);
