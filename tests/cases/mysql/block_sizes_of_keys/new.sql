CREATE TABLE t (a int, b int, KEY k (a) KEY_BLOCK_SIZE=4, KEY l (b));
