CREATE TABLE t (a integer, b integer);
CREATE UNIQUE INDEX once ON t (a);
CREATE INDEX moves ON t (b);
