CREATE FUNCTION public.half(whole integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT whole / 2';
CREATE TABLE public.goods (size integer, half integer GENERATED ALWAYS AS (public.half(size)) STORED);
CREATE TABLE public.wares (weight integer) INHERITS (public.goods);
