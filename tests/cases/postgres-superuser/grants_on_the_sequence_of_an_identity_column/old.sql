DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "case Owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE TABLE users (id integer GENERATED ALWAYS AS IDENTITY, other integer GENERATED ALWAYS AS IDENTITY, email text);
GRANT USAGE ON SEQUENCE users_id_seq, users_other_seq TO case_reader;
CREATE TABLE gone (id integer GENERATED ALWAYS AS IDENTITY);
GRANT USAGE ON SEQUENCE gone_id_seq TO case_reader;
