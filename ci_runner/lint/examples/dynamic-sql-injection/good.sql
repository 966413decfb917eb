CREATE FUNCTION wipe(t text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM %I WHERE id > $1', t) USING 7;
    EXECUTE 'DELETE FROM ' || quote_ident(t) || ' WHERE name = ' || quote_literal(lower(t || 's'));
    EXECUTE 'ANALYZE';
END $$;
