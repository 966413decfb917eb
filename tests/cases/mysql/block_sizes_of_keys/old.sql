CREATE TABLE t (a int, b int, KEY k (a), KEY l (b) KEY_BLOCK_SIZE=8);
