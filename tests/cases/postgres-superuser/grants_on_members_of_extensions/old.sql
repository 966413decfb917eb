DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA tools;
CREATE EXTENSION hstore;
GRANT EXECUTE ON FUNCTION hs_concat(hstore, hstore) TO case_reader;
REVOKE EXECUTE ON FUNCTION slice(hstore, text[]) FROM PUBLIC;
GRANT USAGE ON TYPE hstore TO case_reader WITH GRANT OPTION;
CREATE EXTENSION citext;
GRANT EXECUTE ON FUNCTION citext_eq(citext, citext) TO case_reader;
