CREATE FUNCTION calls() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION inlines(internal) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION validates(oid) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE TRUSTED LANGUAGE mine HANDLER calls INLINE inlines VALIDATOR validates;
COMMENT ON LANGUAGE mine IS 'changed';
CREATE FUNCTION in_mine(a integer) RETURNS integer LANGUAGE mine AS $$ BEGIN RETURN a; END $$;
CREATE TRANSFORM FOR integer LANGUAGE sql (
    FROM SQL WITH FUNCTION prsd_lextype(internal), TO SQL WITH FUNCTION int4recv(internal)
);
COMMENT ON TRANSFORM FOR integer LANGUAGE sql IS 'both ways';
CREATE TRANSFORM FOR text LANGUAGE plpgsql (FROM SQL WITH FUNCTION prsd_lextype(internal));
CREATE FUNCTION transforms(a text) RETURNS text TRANSFORM FOR TYPE text
LANGUAGE plpgsql AS $$ BEGIN RETURN a; END $$;
