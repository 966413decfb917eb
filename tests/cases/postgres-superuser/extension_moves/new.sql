CREATE SCHEMA tools;
CREATE EXTENSION hstore SCHEMA tools;
CREATE EXTENSION pg_trgm SCHEMA tools;
CREATE EXTENSION xml2 SCHEMA tools;
CREATE TABLE public.people (id integer, tags tools.hstore);
CREATE VIEW public.keys AS SELECT tools.akeys(people.tags) AS keys FROM public.people;
COMMENT ON EXTENSION pg_trgm IS 'like';
