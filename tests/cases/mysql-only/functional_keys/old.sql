CREATE TABLE t (a varchar(20), b int, d json, KEY k ((upper(a))), KEY j ((b + 1), a(3)));
