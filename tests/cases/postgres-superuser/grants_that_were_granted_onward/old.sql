DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "case Owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE TABLE users (id integer, email text);
GRANT SELECT, INSERT ON users TO case_reader WITH GRANT OPTION;
SET ROLE case_reader;
GRANT SELECT, INSERT ON users TO case_writer WITH GRANT OPTION;
SET ROLE case_writer;
GRANT SELECT ON users TO "case Owner";
RESET ROLE;
