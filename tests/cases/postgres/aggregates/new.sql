CREATE FUNCTION more(state numeric, value numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE AS 'SELECT coalesce(state, 0) + value';
CREATE FUNCTION less(state numeric, value numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE AS 'SELECT state - value';
CREATE FUNCTION ends(state numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT state';
CREATE FUNCTION ends(state numeric, value numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE AS 'SELECT state';
CREATE FUNCTION collects(state anyarray, value anyelement) RETURNS anyarray
LANGUAGE sql IMMUTABLE AS 'SELECT array_append(state, value)';
CREATE FUNCTION shows(state numeric) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT state::text';

CREATE AGGREGATE plain (numeric) (SFUNC = more, STYPE = numeric);
COMMENT ON AGGREGATE plain(numeric) IS 'adds';
CREATE AGGREGATE changes (a numeric) (
    SFUNC = more, STYPE = numeric, SSPACE = 64,
    FINALFUNC = ends, FINALFUNC_EXTRA, FINALFUNC_MODIFY = SHAREABLE,
    COMBINEFUNC = more, INITCOND = '1',
    MSFUNC = more, MINVFUNC = less, MSTYPE = numeric, MSSPACE = 32,
    MFINALFUNC = ends, MFINALFUNC_MODIFY = READ_WRITE, MINITCOND = '1',
    PARALLEL = SAFE
);
CREATE AGGREGATE gives_text (numeric) (SFUNC = more, STYPE = numeric, FINALFUNC = shows);
CREATE VIEW uses AS SELECT gives_text(1) AS a, changes(2) AS b;
CREATE AGGREGATE "Gathers" (anyelement) (SFUNC = collects, STYPE = anyarray, INITCOND = '{}');
CREATE AGGREGATE least_of (text) (SFUNC = text_larger, STYPE = text, SORTOP = >);
CREATE AGGREGATE middle (numeric ORDER BY numeric) (
    SFUNC = more, STYPE = numeric, FINALFUNC = ends, FINALFUNC_MODIFY = SHAREABLE
);
