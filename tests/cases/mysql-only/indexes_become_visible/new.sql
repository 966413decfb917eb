CREATE TABLE t (a int, b int, KEY shown (a) INVISIBLE, KEY hidden (b));
