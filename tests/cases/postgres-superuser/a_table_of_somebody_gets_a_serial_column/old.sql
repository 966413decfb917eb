DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE users (email text);
CREATE SEQUENCE free;
ALTER TABLE users OWNER TO case_reader;
ALTER SEQUENCE free OWNER TO case_writer;
CREATE TABLE notes (id integer);
ALTER TABLE notes OWNER TO case_writer;
