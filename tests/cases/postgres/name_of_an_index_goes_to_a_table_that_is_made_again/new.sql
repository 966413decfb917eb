CREATE TABLE t (id integer, foo text);
CREATE INDEX i ON t (id);
CREATE TABLE t_1 (id integer, foo text);
CREATE INDEX t_1_id_idx ON t (id);
