DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "case Owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE SCHEMA app;
CREATE TABLE app.users (id integer, email text);
CREATE VIEW app.emails AS SELECT email FROM app.users;
CREATE SEQUENCE app.counter;
CREATE TYPE app.mood AS ENUM ('low', 'high');
GRANT USAGE ON SCHEMA app TO case_reader;
GRANT SELECT ON app.users, app.emails TO case_reader;
GRANT USAGE ON SEQUENCE app.counter TO case_reader;
GRANT INSERT, DELETE ON app.users TO case_writer WITH GRANT OPTION;
