CREATE FUNCTION calls() RETURNS language_handler LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_call_handler';
CREATE FUNCTION inlines(internal) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_inline_handler';
CREATE FUNCTION validates(oid) RETURNS void LANGUAGE c AS '$libdir/plpgsql', 'plpgsql_validator';
CREATE LANGUAGE mine HANDLER calls;
CREATE TRUSTED LANGUAGE goes HANDLER calls INLINE inlines VALIDATOR validates;
COMMENT ON LANGUAGE goes IS 'leaves';
CREATE FUNCTION in_it() RETURNS integer LANGUAGE goes AS $$ BEGIN RETURN 1; END $$;
CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION prsd_lextype(internal));
