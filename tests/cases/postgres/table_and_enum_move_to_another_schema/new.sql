CREATE TYPE e AS ENUM ('a', 'b'); CREATE TABLE t (id serial PRIMARY KEY); CREATE TABLE u (t integer REFERENCES t, a e DEFAULT 'b', b e[]); CREATE VIEW v AS SELECT a FROM u WHERE a = 'b';
