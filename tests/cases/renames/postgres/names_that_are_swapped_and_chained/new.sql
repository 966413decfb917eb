-- schema-ci:rename a -> b
-- schema-ci:rename b -> a
-- schema-ci:rename c -> "C"
-- schema-ci:rename d -> c
-- schema-ci:rename a.x -> b.y
-- schema-ci:rename a.y -> b.x
-- schema-ci:rename d.l -> c.r
-- schema-ci:rename d.r -> c.s
CREATE TABLE b (y int, x int);
CREATE TABLE a (p text, q text);
CREATE TABLE "C" (i int, j int, k int);
CREATE TABLE c (m date, n date, r int, s int);
