CREATE SEQUENCE two; CREATE TABLE t (a bigint DEFAULT nextval('two')); CREATE TABLE u (b bigint DEFAULT nextval('two')); ALTER SEQUENCE two OWNED BY u.b;
