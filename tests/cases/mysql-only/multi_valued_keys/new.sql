CREATE TABLE t (id int, d json, KEY k (id, (CAST(d->'$.b' AS CHAR(20) ARRAY))), UNIQUE KEY u ((CAST(d->'$.c' AS SIGNED ARRAY))));
