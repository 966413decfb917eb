CREATE SCHEMA "Odd Place";
CREATE TYPE mood AS ENUM ('sad', 'glad');

CREATE FUNCTION grows(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION grows(a text) RETURNS text LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION unnamed(integer, integer) RETURNS integer LANGUAGE sql AS $$ SELECT $1 + $2 $$;
CREATE FUNCTION keeps_words(m mood, VARIADIC rest text[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE COST 7
AS $body$
BEGIN
    -- a $$ and a ; in the text
    RETURN m::text || array_to_string(rest, ',');
END
$body$;
CREATE FUNCTION parsed(a integer, b numeric DEFAULT 1.5) RETURNS numeric
LANGUAGE sql IMMUTABLE RETURN a * b;
CREATE FUNCTION "Odd Place"."Says ""hello"""("To Whom" text) RETURNS text
LANGUAGE sql AS $$ SELECT "To Whom" $$;
CREATE FUNCTION two(a integer, OUT b integer, OUT c text) LANGUAGE sql AS $$ SELECT a, 'x' $$;
CREATE FUNCTION many() RETURNS TABLE (id integer, name text) LANGUAGE sql ROWS 10
AS $$ SELECT 1, 'one' $$;
CREATE FUNCTION comes_with(a integer) RETURNS void LANGUAGE sql AS '';
COMMENT ON FUNCTION comes_with(integer) IS 'first';
CREATE FUNCTION goes(integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
COMMENT ON FUNCTION goes(integer) IS 'gone';

CREATE PROCEDURE does(a integer, INOUT b integer DEFAULT 1) LANGUAGE plpgsql
AS $$ BEGIN b := a; END $$;
CREATE PROCEDURE stays(a integer) LANGUAGE sql BEGIN ATOMIC SELECT a; SELECT a + 1; END;
CREATE PROCEDURE goes_too(a integer, OUT b text) LANGUAGE plpgsql AS $$ BEGIN b := 'x'; END $$;
