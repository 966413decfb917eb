-- Names that a plan might take for a moment are taken; keys and indexes trade columns and names.
CREATE TABLE place (
  id integer NOT NULL CONSTRAINT place_key PRIMARY KEY,
  code text,
  code__set_not_null integer,
  CONSTRAINT code__set_not_null CHECK (code <> '')
);
CREATE INDEX by_code ON place (code);
CREATE INDEX by_code__new ON place (code, id);
CREATE UNIQUE INDEX once ON place (code, id);
COMMENT ON INDEX once IS 'an index so far';
CREATE TABLE visit (
  place integer CONSTRAINT of_place REFERENCES place,
  day date,
  CONSTRAINT daily UNIQUE (place, day)
);
COMMENT ON CONSTRAINT of_place ON visit IS 'where';
