CREATE TABLE t (a int PRIMARY KEY, k char(36) DEFAULT (uuid()), b varchar(40), c varchar(40) DEFAULT (uuid()));
