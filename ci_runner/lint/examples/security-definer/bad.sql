CREATE FUNCTION count_users() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$
    SELECT count(*) FROM public.users
$$;
