DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "case Owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE TABLE users (id integer GENERATED ALWAYS AS IDENTITY, other integer NOT NULL, email text);
GRANT SELECT ON SEQUENCE users_id_seq TO case_reader;
GRANT SELECT ON users TO case_writer;
