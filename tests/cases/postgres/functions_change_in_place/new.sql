CREATE SCHEMA "Odd Place";
CREATE TYPE mood AS ENUM ('sad', 'glad');

CREATE FUNCTION grows(a integer DEFAULT 3) RETURNS integer LANGUAGE sql AS 'SELECT a + 1';
CREATE FUNCTION grows(a text) RETURNS text LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION grows(a text, b text) RETURNS text LANGUAGE sql AS 'SELECT a || b';
CREATE FUNCTION unnamed(a integer, integer) RETURNS integer LANGUAGE sql AS $$ SELECT a - $2 $$;
CREATE FUNCTION keeps_words(m mood, VARIADIC rest text[]) RETURNS text
LANGUAGE plpgsql STRICT SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '8MB'
AS $body$
BEGIN
    RETURN m::text || '$function$;' || array_to_string(rest, ',');
END
$body$;
CREATE FUNCTION parsed(a integer, b numeric DEFAULT 2) RETURNS numeric
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    SELECT a;
    SELECT CASE WHEN a > 1 THEN a * b ELSE b END;
END;
CREATE FUNCTION "Odd Place"."Says ""hello"""("To Whom" text) RETURNS text
LANGUAGE sql AS $$ SELECT 'hello ' || "To Whom" $$;
COMMENT ON FUNCTION "Odd Place"."Says ""hello""" IS 'it''s odd';
CREATE FUNCTION two(a integer, OUT b integer, OUT c text) LANGUAGE sql
AS $$ SELECT a, 'y' $$;
CREATE FUNCTION many() RETURNS TABLE (id integer, name text) LANGUAGE sql ROWS 100
AS $$ SELECT 2, 'two' $$;
CREATE FUNCTION comes_with(a integer) RETURNS void LANGUAGE sql AS '';
COMMENT ON FUNCTION comes_with(integer) IS 'second';

CREATE PROCEDURE does(a integer, INOUT b integer DEFAULT 1) LANGUAGE plpgsql SECURITY DEFINER
AS $$ BEGIN b := a + 1; COMMIT; END $$;
COMMENT ON PROCEDURE does IS 'does it';
CREATE PROCEDURE stays(a integer) LANGUAGE sql BEGIN ATOMIC SELECT a; SELECT a + 2; END;
CREATE PROCEDURE comes_too(a text, VARIADIC b integer[]) LANGUAGE sql AS '';
