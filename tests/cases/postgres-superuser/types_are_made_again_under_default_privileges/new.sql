DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO case_reader;
CREATE TYPE public.mood AS ENUM ('glad', 'calm');
CREATE TYPE public.spot AS (x bigint, y text);
CREATE TABLE public.visits (mood public.mood DEFAULT 'glad', spot public.spot);
CREATE TABLE public.returns (at date) INHERITS (public.visits);
