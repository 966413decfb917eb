CREATE TABLE public.parts (id integer PRIMARY KEY, parent integer, name text, other text);
CREATE VIEW public.swapped AS SELECT parts.name, parts.other FROM public.parts;
CREATE VIEW public.changed AS SELECT parts.id, parts.name FROM public.parts;
CREATE VIEW public.of_changed AS SELECT changed.name FROM public.changed;
CREATE RECURSIVE VIEW public.tree (id, depth) AS
    SELECT parts.id, 1 FROM public.parts WHERE parts.parent IS NULL
    UNION ALL
    SELECT parts.id, tree.depth + 1 FROM public.parts JOIN tree ON parts.parent = tree.id;
