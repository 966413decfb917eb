-- What script/record-mysql loads: a piece of everything that MySQL tells in another form than MariaDB.
CREATE TABLE parents (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(20) NOT NULL UNIQUE);
CREATE TABLE t (
  id bigint unsigned NOT NULL AUTO_INCREMENT,
  n int DEFAULT 5,
  name varchar(20) NOT NULL DEFAULT 'it''s',
  at datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  u char(36) CHARACTER SET latin1 DEFAULT (uuid()),
  b binary(4) DEFAULT 'ab',
  word varchar(20) DEFAULT 'CURRENT_TIMESTAMP',
  euro varchar(20) DEFAULT (concat('€', 'é')),
  doc json DEFAULT (json_object('a', 'it''s')),
  g varchar(9) AS (concat(name, 'x\\''')) STORED INVISIBLE,
  place point NOT NULL SRID 4326,
  parent int unsigned,
  PRIMARY KEY (id),
  KEY fun ((lower(name)) DESC),
  KEY off (n) INVISIBLE,
  SPATIAL KEY places (place),
  CONSTRAINT lax CHECK (n > 0) NOT ENFORCED,
  CHECK (name <> 'a\'b\\'),
  CONSTRAINT up FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE RESTRICT
) COMMENT='it''s all';
CREATE TABLE parts (y int NOT NULL, h int) PARTITION BY RANGE (y) SUBPARTITION BY HASH (h) SUBPARTITIONS 2
  (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE ALGORITHM = MERGE SQL SECURITY INVOKER VIEW v AS SELECT id, name FROM t WHERE name <> 'a\'' WITH CHECK OPTION;
CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.n = 1;
CREATE FUNCTION f(a varchar(10)) RETURNS varchar(20) DETERMINISTIC RETURN concat(a, '\'');
CREATE PROCEDURE p(IN a int, OUT b decimal(5,2)) SET b = a;
CREATE EVENT e ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 00:00:00' DO SET @a = 1;
CREATE LIBRARY l LANGUAGE JAVASCRIPT AS 'export function a() {}';
CREATE FUNCTION js(a int) RETURNS int LANGUAGE JAVASCRIPT AS 'return a';
