CREATE TABLE public.items (id integer PRIMARY KEY, price integer, note text);
CREATE VIEW public.kept WITH (security_barrier) AS SELECT items.id, items.price FROM public.items;
CREATE VIEW public.checked WITH (check_option = local) AS
    SELECT items.id, items.note FROM public.items WHERE items.price > 0;
CREATE VIEW public.user_of AS SELECT kept.id FROM public.kept;
CREATE SEQUENCE public.counter;
ALTER VIEW public.kept ALTER COLUMN price SET DEFAULT 1;
ALTER VIEW public.kept ALTER COLUMN id SET DEFAULT nextval('public.counter');
ALTER VIEW public.checked ALTER COLUMN note SET DEFAULT 'none';
