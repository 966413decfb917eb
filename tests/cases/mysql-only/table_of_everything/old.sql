CREATE TABLE t (a int PRIMARY KEY, code varchar(20), at datetime, KEY off (at));
