CREATE FUNCTION wipe(t text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
    EXECUTE 'DELETE FROM ' || t;
END $$;
