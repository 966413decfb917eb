SET sql_mode='ANSI';
CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(20), c datetime, "d e" int DEFAULT 1);
CREATE PROCEDURE p() SELECT "a" || 'x' FROM t;
CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW."d e" = 3;
CREATE VIEW v AS SELECT "a" || 'x' AS z FROM t;
