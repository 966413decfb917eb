CREATE TABLE t (a int NOT NULL, b varchar(10), c int, d int, KEY old (b), CHECK (c > 0)) CHARSET=latin1;
