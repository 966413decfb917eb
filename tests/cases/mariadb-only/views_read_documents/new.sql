CREATE TABLE t (j json);
CREATE VIEW v AS SELECT jt.* FROM t, JSON_TABLE(t.j, '$[*]' COLUMNS (i FOR ORDINALITY, a int PATH '$.a' DEFAULT '0' ON EMPTY, NESTED PATH '$.b[*]' COLUMNS (b varchar(10) PATH '$'))) AS jt;
