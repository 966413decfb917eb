CREATE TABLE app_user (id integer PRIMARY KEY, email text, age integer); CREATE VIEW a AS SELECT id, email FROM app_user; CREATE VIEW b AS SELECT email FROM a; COMMENT ON VIEW b IS 'kept';
