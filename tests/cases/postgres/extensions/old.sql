CREATE EXTENSION citext;
CREATE EXTENSION hstore VERSION '1.4';
CREATE EXTENSION pg_trgm;
CREATE EXTENSION cube;
CREATE TABLE public.people (id integer, mail public.citext DEFAULT 'x', name text);
CREATE INDEX by_name ON public.people USING gin (name public.gin_trgm_ops);
COMMENT ON EXTENSION citext IS 'mail addresses';
