DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE case_writer; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO $$ BEGIN CREATE ROLE "case Owner"; EXCEPTION WHEN duplicate_object THEN NULL; END $$;

CREATE TABLE users (id integer, email varchar(10));
CREATE VIEW first AS SELECT id, email FROM users;
CREATE VIEW second AS SELECT email FROM first;
ALTER VIEW first OWNER TO "case Owner";
GRANT SELECT ON users TO "case Owner";
GRANT SELECT ON first TO case_reader, CURRENT_USER WITH GRANT OPTION;
GRANT SELECT, UPDATE (email) ON second TO case_reader, PUBLIC;
REVOKE DELETE ON second FROM CURRENT_USER;
CREATE TYPE mood AS ENUM ('low', 'high');
GRANT USAGE ON TYPE mood TO case_reader;
ALTER TYPE mood OWNER TO case_writer;
