CREATE TABLE t (a varchar(20), b int) CHARSET=latin1;
