CREATE SEQUENCE one; CREATE TABLE t (a bigint DEFAULT nextval('one'), b bigint); ALTER SEQUENCE one OWNED BY t.b;
