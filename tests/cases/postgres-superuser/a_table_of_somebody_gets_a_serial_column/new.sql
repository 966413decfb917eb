DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE users (email text, id serial);
CREATE SEQUENCE free OWNED BY users.id;
ALTER TABLE users OWNER TO case_reader;
CREATE TABLE notes (id serial);
ALTER TABLE notes OWNER TO case_reader;
GRANT USAGE ON SEQUENCE notes_id_seq TO case_writer;
