CREATE TABLE public.sales (id integer PRIMARY KEY, day date, amount numeric(8,2), note text);
CREATE MATERIALIZED VIEW public.daily AS
    SELECT sales.day, sum(sales.amount) AS total FROM public.sales GROUP BY sales.day;
CREATE UNIQUE INDEX daily_day ON public.daily (day);
CREATE INDEX daily_total ON public.daily USING brin (total) WHERE total > 0;
COMMENT ON MATERIALIZED VIEW public.daily IS 'by day';
COMMENT ON COLUMN public.daily.total IS 'in euros';
COMMENT ON INDEX public.daily_day IS 'for REFRESH CONCURRENTLY';
CREATE VIEW public.best AS SELECT max(daily.total) AS most FROM public.daily;
CREATE MATERIALIZED VIEW public.notes WITH (fillfactor = 70, autovacuum_enabled = false) AS
    SELECT sales.id, sales.note FROM public.sales;
ALTER MATERIALIZED VIEW public.notes ALTER COLUMN note SET STORAGE EXTERNAL;
ALTER MATERIALIZED VIEW public.notes ALTER COLUMN id SET STATISTICS 50;
ALTER MATERIALIZED VIEW public.notes ALTER COLUMN id SET (n_distinct = 5, n_distinct_inherited = 6);
CREATE INDEX notes_id ON public.notes (id);
CREATE STATISTICS public.notes_both ON id, note FROM public.notes;
CREATE MATERIALIZED VIEW public.gone AS SELECT 1 AS one;
CREATE INDEX gone_one ON public.gone (one);
CREATE MATERIALIZED VIEW public.becomes_a_view AS SELECT sales.id FROM public.sales;
CREATE VIEW public.becomes_kept AS SELECT sales.id FROM public.sales;
