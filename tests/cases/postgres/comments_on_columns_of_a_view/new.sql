CREATE TABLE t (a bigint, b text);
CREATE VIEW v AS SELECT a, b FROM t;
CREATE VIEW w AS SELECT a, b FROM t;
COMMENT ON COLUMN v.b IS 'stays';
COMMENT ON VIEW v IS 'added';
COMMENT ON COLUMN w.b IS 'kept while it is made again';
