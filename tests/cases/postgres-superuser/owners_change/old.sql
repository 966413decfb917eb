DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "case Owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE SCHEMA app;
CREATE TABLE app.users (id integer PRIMARY KEY, made integer GENERATED ALWAYS AS IDENTITY, old serial);
CREATE VIEW app.ids AS SELECT id FROM app.users;
CREATE SEQUENCE app.counter;
CREATE TYPE app.mood AS ENUM ('low');
ALTER TABLE app.users OWNER TO case_reader;
GRANT SELECT ON app.users TO case_writer, CURRENT_USER;
ALTER VIEW app.ids OWNER TO case_writer;
ALTER SCHEMA app OWNER TO case_writer;
