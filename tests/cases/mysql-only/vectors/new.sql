CREATE TABLE t (a int, v vector(3), w vector(2048) NOT NULL);
