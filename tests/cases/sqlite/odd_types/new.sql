CREATE TABLE t (a VARCHAR[10], b "order", c DOUBLE   PRECISION, d decimal( 10,2 ), e "generated always", f);
