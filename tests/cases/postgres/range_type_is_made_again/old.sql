CREATE DOMAIN level AS integer;
CREATE TYPE span AS RANGE (subtype = level);
COMMENT ON TYPE span IS 'of levels';
CREATE TYPE words AS RANGE (subtype = text, collation = "C", multirange_type_name = "many Words");
CREATE TYPE steps AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE DOMAIN late AS span CHECK (NOT isempty(VALUE));
CREATE TABLE plans (id integer, span span DEFAULT '[1,2)', late late, steps steps, CONSTRAINT filled CHECK (NOT isempty(span)));
CREATE INDEX by_span ON plans USING gist (span);
CREATE VIEW firsts AS SELECT id, lower(span) FROM plans WHERE span @> span(1::level, 2::level);
