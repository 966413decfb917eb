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
CREATE AGGREGATE changes (a numeric) (SFUNC = more, STYPE = numeric, INITCOND = '0');
CREATE AGGREGATE gives_text (numeric) (SFUNC = more, STYPE = numeric, FINALFUNC = ends);
CREATE VIEW uses AS SELECT gives_text(1) AS a, changes(2) AS b;
CREATE AGGREGATE goes (*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
COMMENT ON AGGREGATE goes(*) IS 'counts';
CREATE AGGREGATE least_of (text) (SFUNC = text_smaller, STYPE = text, SORTOP = <);
