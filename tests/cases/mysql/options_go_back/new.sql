CREATE TABLE t (a int PRIMARY KEY, b int, KEY shown (b));
CREATE TABLE e (a int) ENGINE=InnoDB;
