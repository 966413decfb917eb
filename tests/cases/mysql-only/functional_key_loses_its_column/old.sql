CREATE TABLE t (id int, a varchar(20), KEY k ((lower(a))), KEY j ((lower(a)), id));
