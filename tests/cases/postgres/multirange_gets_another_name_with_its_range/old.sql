CREATE FUNCTION diff(x float8, y float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT x - y';
CREATE TYPE fr AS RANGE (subtype = float8, subtype_diff = diff);
CREATE TABLE t (a fr, b fr_multirange, c fr[]);
