CREATE FUNCTION count_users() RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = '' AS $$ SELECT count(*) FROM public.users $$;
CREATE FUNCTION last_user() RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT max(id) FROM users $$;
-- The caller's own rights do no harm.
CREATE FUNCTION first_user() RETURNS bigint LANGUAGE sql AS $$ SELECT min(id) FROM public.users $$;
-- It may be set in a later statement.
CREATE FUNCTION any_user() RETURNS bigint LANGUAGE sql SECURITY DEFINER
AS $$ SELECT id FROM public.users LIMIT 1 $$;
ALTER FUNCTION any_user() SET search_path = pg_catalog;
