CREATE FUNCTION public.half(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n / 2';
CREATE TABLE public.goods (size integer, half integer GENERATED ALWAYS AS (public.half(size)) STORED);
CREATE TABLE public.wares (weight integer) INHERITS (public.goods);
