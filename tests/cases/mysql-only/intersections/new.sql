CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(20), c datetime);
CREATE VIEW v AS SELECT id FROM t INTERSECT SELECT a FROM t WHERE a > 2;
