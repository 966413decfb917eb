CREATE TABLE t (id integer, name text, CONSTRAINT pk PRIMARY KEY (id) INCLUDE (name)); CREATE VIEW v AS SELECT id, name, count(*) AS n FROM t GROUP BY id;
