CREATE TABLE t (id char(36) NOT NULL DEFAULT (uuid()) PRIMARY KEY, x int);
