CREATE TABLE public.people (id integer PRIMARY KEY, email text, "Born at" date);
CREATE VIEW public.shown AS
    SELECT people.id, people.email, people."Born at", lower(people.email) AS folded
    FROM public.people WHERE people.email IS NOT NULL;
CREATE VIEW public.above AS
    SELECT shown.email, count(*) AS several FROM public.shown GROUP BY shown.email;
CREATE VIEW public.top AS SELECT above.email, above.several FROM public.above;
CREATE MATERIALIZED VIEW public.stored AS SELECT top.email, top.several AS n FROM public.top;
CREATE UNIQUE INDEX stored_email ON public.stored (email);
COMMENT ON COLUMN public.shown.email IS 'where to write';
COMMENT ON COLUMN public.stored.email IS 'once';
ALTER VIEW public.shown ALTER COLUMN email SET DEFAULT 'nobody';
