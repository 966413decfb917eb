CREATE SCHEMA tools;
CREATE EXTENSION hstore;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION xml2;
CREATE TABLE public.people (id integer, tags public.hstore);
CREATE VIEW public.keys AS SELECT public.akeys(people.tags) AS keys FROM public.people;
