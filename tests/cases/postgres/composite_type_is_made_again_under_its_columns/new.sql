CREATE TYPE kind AS ENUM ('a', 'c');
CREATE TYPE part AS (size bigint, kind kind);
CREATE TYPE whole AS (name text, part part);
CREATE TABLE things (id integer, whole whole DEFAULT ROW('x', NULL), parts part[]);
CREATE VIEW sizes AS SELECT id, ((whole).part).size FROM things;
