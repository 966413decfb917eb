DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "case Owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE SCHEMA app;
CREATE TABLE app.users (id integer, email text);
CREATE VIEW app.emails AS SELECT email FROM app.users;
CREATE SEQUENCE app.counter;
CREATE TYPE app.mood AS ENUM ('low', 'high');
GRANT USAGE, CREATE ON SCHEMA app TO case_writer;
GRANT SELECT ON app.users TO case_reader, PUBLIC;
GRANT INSERT ON app.users TO case_writer WITH GRANT OPTION;
GRANT DELETE, UPDATE ON app.users TO case_writer;
GRANT SELECT ON SEQUENCE app.counter TO case_reader;
GRANT USAGE ON TYPE app.mood TO "case Owner" WITH GRANT OPTION;
REVOKE USAGE ON TYPE app.mood FROM PUBLIC;
REVOKE TRUNCATE, TRIGGER ON app.users FROM CURRENT_USER;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
