CREATE FUNCTION diff(x float8, y float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT x - y';
CREATE TYPE fr AS RANGE (subtype = float8, subtype_diff = float8mi, multirange_type_name = frs);
CREATE TABLE t (a fr, b frs, c fr[]);
CREATE INDEX i ON t USING gist (a);
