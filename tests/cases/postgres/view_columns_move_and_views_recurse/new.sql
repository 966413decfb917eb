CREATE TABLE public.parts (id integer PRIMARY KEY, parent integer, name text, other text);
CREATE VIEW public.swapped AS SELECT parts.other, parts.name FROM public.parts;
CREATE VIEW public.changed AS SELECT parts.id, parts.other FROM public.parts;
CREATE VIEW public.of_changed AS SELECT changed.other AS name FROM public.changed;
CREATE RECURSIVE VIEW public.tree (id, depth) AS
    SELECT parts.id, 0 FROM public.parts WHERE parts.parent IS NULL
    UNION ALL
    SELECT parts.id, tree.depth + 2 FROM public.parts JOIN tree ON parts.parent = tree.id;
COMMENT ON VIEW public.tree IS 'all the way down';
