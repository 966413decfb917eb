CREATE TABLE t (a varchar(40) COMMENT 'x DEFAULT y', b varchar(20) NOT NULL COMMENT ' DEFAULT ''q''');
