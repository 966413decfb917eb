DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE FUNCTION kept(a integer, "B" text DEFAULT 'x') RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION again(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE done(INOUT a integer) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION step(a integer, b integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE total(integer) (SFUNC = step, STYPE = integer);
CREATE AGGREGATE counted(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
GRANT EXECUTE ON FUNCTION kept TO case_reader;
REVOKE EXECUTE ON FUNCTION again FROM PUBLIC;
GRANT EXECUTE ON FUNCTION again TO case_writer WITH GRANT OPTION;
REVOKE EXECUTE ON PROCEDURE done FROM PUBLIC;
GRANT EXECUTE ON FUNCTION total(integer) TO case_reader;
ALTER FUNCTION kept OWNER TO case_writer;
ALTER FUNCTION again OWNER TO case_writer;
ALTER AGGREGATE counted(*) OWNER TO case_reader;
