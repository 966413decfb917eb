CREATE TABLE t (a varchar(20), b varchar(20)) COLLATE utf8mb4_general_ci;
