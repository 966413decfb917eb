CREATE TABLE t (a varchar(20) CHARSET latin1, b int) CHARSET=utf8mb4;
