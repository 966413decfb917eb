CREATE TABLE t (id int, s date NOT NULL, e date NOT NULL, PERIOD FOR app (s, e), UNIQUE KEY u (id, app WITHOUT OVERLAPS));

CREATE TABLE u (id int, s date NOT NULL, e date NOT NULL, s2 date NOT NULL, PERIOD FOR app2 (s, s2));
CREATE TABLE w (id int, s date NOT NULL, e date NOT NULL, PERIOD FOR app (s, e), PRIMARY KEY (id, s, e), CONSTRAINT c CHECK (s < e));
