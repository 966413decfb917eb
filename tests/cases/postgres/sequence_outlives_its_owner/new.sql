CREATE SEQUENCE t_id_seq AS integer; CREATE TABLE t (kept integer DEFAULT nextval('t_id_seq')); CREATE SEQUENCE gone_id_seq AS integer;
