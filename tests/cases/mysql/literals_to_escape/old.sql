CREATE TABLE t (a varchar(40), b binary(4) DEFAULT 'ab', c varbinary(9));
