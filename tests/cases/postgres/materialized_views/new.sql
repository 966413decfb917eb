CREATE TABLE public.sales (id integer PRIMARY KEY, day date, amount numeric(8,2), note text);
CREATE MATERIALIZED VIEW public.daily AS
    SELECT sales.day, sum(sales.amount) AS total, count(*) AS several
    FROM public.sales GROUP BY sales.day;
CREATE UNIQUE INDEX daily_day ON public.daily (day);
CREATE INDEX daily_total ON public.daily USING brin (total) WHERE total > 0;
COMMENT ON MATERIALIZED VIEW public.daily IS 'by day';
COMMENT ON COLUMN public.daily.total IS 'in euros';
COMMENT ON INDEX public.daily_day IS 'for REFRESH CONCURRENTLY';
CREATE VIEW public.best AS SELECT max(daily.total) AS most FROM public.daily;
CREATE MATERIALIZED VIEW public.notes WITH (fillfactor = 80, toast.autovacuum_enabled = false) AS
    SELECT sales.id, sales.note FROM public.sales;
ALTER MATERIALIZED VIEW public.notes ALTER COLUMN note SET STORAGE MAIN;
ALTER MATERIALIZED VIEW public.notes ALTER COLUMN note SET COMPRESSION pglz;
ALTER MATERIALIZED VIEW public.notes ALTER COLUMN id SET (n_distinct = 7);
CREATE INDEX notes_text ON public.notes (lower(note));
COMMENT ON COLUMN public.notes.note IS 'long';
CREATE MATERIALIZED VIEW public.empty (one, "Two") AS SELECT 1, 2 WITH NO DATA;
CREATE INDEX empty_one ON public.empty (one);
CREATE VIEW public.becomes_a_view AS SELECT sales.id FROM public.sales;
CREATE MATERIALIZED VIEW public.becomes_kept AS SELECT sales.id FROM public.sales;
