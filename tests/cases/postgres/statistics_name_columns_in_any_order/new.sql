CREATE TABLE t (z text, "B b" integer, a integer); CREATE STATISTICS s (mcv) ON z, a, (lower(z)), "B b" FROM t; CREATE STATISTICS two ON z, a FROM t;
