CREATE TABLE t (id int, s date, e date);
CREATE TABLE u (id int, s date NOT NULL, e date NOT NULL, s2 date NOT NULL, PERIOD FOR app (s, e));
CREATE TABLE w (id int, s date NOT NULL, e date NOT NULL, PERIOD FOR app (s, e), PRIMARY KEY (id, app WITHOUT OVERLAPS));
