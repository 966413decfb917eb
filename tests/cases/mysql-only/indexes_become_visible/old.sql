CREATE TABLE t (a int, b int, KEY shown (a), KEY hidden (b) INVISIBLE);
