CREATE TABLE t (d json, KEY k ((CAST(d->'$.a' AS UNSIGNED ARRAY))));
