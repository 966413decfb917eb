CREATE TABLE goods (a integer NOT NULL UNIQUE, b integer) PARTITION BY LIST (a);
CREATE TABLE wares (a integer NOT NULL, b integer) PARTITION BY LIST (a);
CREATE UNIQUE INDEX each ON wares (a);
