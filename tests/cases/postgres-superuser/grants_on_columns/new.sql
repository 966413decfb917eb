DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "case Owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE TABLE users (id integer, email text, born date, come integer, whole integer GENERATED ALWAYS AS (id + 2) STORED);
GRANT SELECT (id, come), UPDATE (email, born) ON users TO case_reader;
GRANT SELECT (id, whole) ON users TO case_writer WITH GRANT OPTION;
GRANT INSERT (id) ON users TO PUBLIC;
CREATE VIEW shown AS SELECT id, born FROM users;
GRANT SELECT (born) ON shown TO case_reader;
GRANT SELECT ON shown TO case_writer;
