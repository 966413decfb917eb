CREATE TABLE public.people (id integer PRIMARY KEY, email text, "Born at" date);
CREATE VIEW public.shown AS
    SELECT people.id, people.email AS address, people."Born at" AS born, lower(people.email) AS folded
    FROM public.people WHERE people.email IS NOT NULL;
CREATE VIEW public.above AS
    SELECT shown.address AS email, count(*) AS several FROM public.shown GROUP BY shown.address;
CREATE VIEW public.top AS SELECT above.email AS "Mail", above.several FROM public.above;
CREATE MATERIALIZED VIEW public.stored AS SELECT top."Mail" AS mail, top.several AS n FROM public.top;
CREATE UNIQUE INDEX stored_email ON public.stored (mail);
COMMENT ON COLUMN public.shown.address IS 'where to write';
COMMENT ON COLUMN public.shown.born IS 'long ago';
COMMENT ON COLUMN public.stored.mail IS 'only once';
ALTER VIEW public.shown ALTER COLUMN address SET DEFAULT 'nobody';
