DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO case_reader;
CREATE TYPE public.nights AS RANGE (subtype = date);
CREATE TABLE public.stays (id integer, during public.nights);
