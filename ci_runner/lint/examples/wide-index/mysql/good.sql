CREATE TABLE teams (id bigint PRIMARY KEY, a int, b int, c int, d int);
CREATE INDEX teams_abc_idx ON teams (a, b, c);
-- A unique index says what has to be unique.
CREATE UNIQUE INDEX teams_abcd_key ON teams (a, b, c, d);
