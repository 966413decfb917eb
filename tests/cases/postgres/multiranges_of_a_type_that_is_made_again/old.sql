CREATE TYPE r AS RANGE (subtype = date);
CREATE TABLE t (a r, b r_multirange DEFAULT '{}', c r_multirange[]);
CREATE VIEW v AS SELECT range_agg(a) FROM t;
