CREATE DOMAIN small AS integer;
CREATE DOMAIN strict AS integer CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE other AS (a integer, b text);
CREATE TABLE t (a small, b integer, c strict, d bigint, e text, f mood, g jsonb, h other, i text, j integer DEFAULT 1);
CREATE TABLE several (x mood, y mood, CONSTRAINT less CHECK (x < y),
    CONSTRAINT same EXCLUDE USING btree ((x = y) WITH =) WHERE (x < y));
CREATE INDEX same_index ON several ((x = y)) WHERE x < y;
CREATE STATISTICS same_statistics ON (x = y) FROM several;
CREATE TABLE members (one mood, many mood[], CONSTRAINT member CHECK (one = ANY (many)));
CREATE DOMAIN tags AS text[];
CREATE TABLE tagged (a tags, b text[], c tags, d text[]);
