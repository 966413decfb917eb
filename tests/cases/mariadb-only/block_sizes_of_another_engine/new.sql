CREATE TABLE t (a int PRIMARY KEY, b varchar(50), KEY k (b)) ENGINE=MyISAM;
