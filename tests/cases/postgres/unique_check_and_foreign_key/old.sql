CREATE TABLE p (a integer PRIMARY KEY); CREATE TABLE c (a integer, b integer);
