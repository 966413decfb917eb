DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "case Owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE TABLE users (id integer, email text, born date, gone integer, whole integer GENERATED ALWAYS AS (id + 1) STORED);
GRANT SELECT (id, gone), UPDATE (email) ON users TO case_reader;
GRANT SELECT ON users TO case_writer;
GRANT SELECT (id, whole) ON users TO case_writer WITH GRANT OPTION;
CREATE VIEW shown AS SELECT id, email FROM users;
GRANT SELECT (id) ON shown TO case_reader;
