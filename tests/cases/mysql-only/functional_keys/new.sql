CREATE TABLE t (a varchar(20), b int, d json, KEY k ((lower(a)) DESC), UNIQUE KEY j ((b + 2)), KEY m ((concat(a, '\'\\'))), KEY arr ((CAST(d->'$.x' AS CHAR(10) ARRAY))));
