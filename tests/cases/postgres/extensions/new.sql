CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE EXTENSION btree_gin;
CREATE TABLE public.people (id integer, mail public.citext, name text, tags public.hstore,
    CHECK (mail <> 'y'::public.citext));
CREATE INDEX by_id ON public.people USING gin (id);
COMMENT ON EXTENSION btree_gin IS 'ours';
COMMENT ON EXTENSION hstore IS NULL;
