CREATE DOMAIN small AS integer;
CREATE DOMAIN strict AS integer CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE pair AS (a integer, b text);
CREATE TYPE other AS (a integer, b text);
CREATE TABLE t (a integer, b small, c integer, d strict, e mood, f text, g pair, h pair, i small, j mood DEFAULT 'ok');
CREATE TABLE several (x text, y text, CONSTRAINT less CHECK (x < y),
    CONSTRAINT same EXCLUDE USING btree ((x = y) WITH =) WHERE (x < y));
CREATE INDEX same_index ON several ((x = y)) WHERE x < y;
CREATE STATISTICS same_statistics ON (x = y) FROM several;
CREATE TABLE members (one text, many text[], CONSTRAINT member CHECK (one = ANY (many)));
CREATE DOMAIN tags AS text[];
CREATE TABLE tagged (a tags[], b tags, c text[], d tags[]);
