DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE SCHEMA tools;
CREATE EXTENSION hstore;
REVOKE EXECUTE ON FUNCTION hs_concat(hstore, hstore) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION slice(hstore, text[]) TO case_reader;
GRANT USAGE ON TYPE hstore TO case_reader;
CREATE EXTENSION seg SCHEMA tools;
REVOKE EXECUTE ON FUNCTION tools.seg_cmp(tools.seg, tools.seg) FROM PUBLIC;
