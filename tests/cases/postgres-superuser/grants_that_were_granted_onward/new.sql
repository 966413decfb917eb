DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "case Owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE TABLE users (id integer, email text);
GRANT SELECT ON users TO case_reader;
GRANT INSERT ON users TO case_writer WITH GRANT OPTION;
GRANT SELECT ON users TO "case Owner";
