CREATE TABLE t (a integer, b integer, CONSTRAINT once UNIQUE (a));
CREATE TABLE u (b integer);
CREATE INDEX moves ON u (b);
