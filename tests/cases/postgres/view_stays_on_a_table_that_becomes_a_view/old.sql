CREATE TABLE t (a integer); CREATE TABLE x (a integer); CREATE VIEW y AS SELECT a FROM x;
