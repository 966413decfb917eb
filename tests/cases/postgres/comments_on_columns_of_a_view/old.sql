CREATE TABLE t (a integer, b text);
CREATE VIEW v AS SELECT a, b FROM t;
CREATE VIEW w AS SELECT a, b FROM t;
COMMENT ON COLUMN v.a IS 'gone';
COMMENT ON COLUMN v.b IS 'stays';
COMMENT ON COLUMN w.b IS 'kept while it is made again';
