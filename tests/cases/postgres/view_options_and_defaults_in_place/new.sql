CREATE TABLE public.items (id integer PRIMARY KEY, price integer, note text);
CREATE VIEW public.kept WITH (security_invoker) AS SELECT items.id, items.price FROM public.items;
CREATE VIEW public.checked WITH (check_option = cascaded, security_barrier = false) AS
    SELECT items.id, items.note FROM public.items WHERE items.price > 0;
CREATE VIEW public.user_of AS SELECT kept.id FROM public.kept;
ALTER VIEW public.kept ALTER COLUMN price SET DEFAULT 2;
ALTER VIEW public.checked ALTER COLUMN id SET DEFAULT 7;
