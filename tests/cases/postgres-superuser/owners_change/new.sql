DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "case Owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE SCHEMA app;
CREATE TABLE app.users (id integer PRIMARY KEY, made integer GENERATED ALWAYS AS IDENTITY, old serial);
CREATE VIEW app.ids AS SELECT id FROM app.users;
CREATE SEQUENCE app.counter;
CREATE TYPE app.mood AS ENUM ('low');
ALTER TABLE app.users OWNER TO case_writer;
GRANT SELECT ON app.users TO case_reader, CURRENT_USER;
REVOKE INSERT ON app.users FROM case_writer;
ALTER SEQUENCE app.counter OWNER TO "case Owner";
ALTER TYPE app.mood OWNER TO "case Owner";
ALTER SCHEMA app OWNER TO "case Owner";
