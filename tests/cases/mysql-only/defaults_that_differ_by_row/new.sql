CREATE TABLE t (a int PRIMARY KEY, k char(36) DEFAULT (uuid()), b varchar(40) DEFAULT (uuid()), d varchar(40) NOT NULL DEFAULT (concat(uuid(), '-')), e float DEFAULT (rand()), c varchar(40));
