CREATE TABLE t (a integer, b integer PRIMARY KEY); CREATE TABLE u (a integer PRIMARY KEY);
