CREATE TABLE place (
  id integer NOT NULL,
  code text NOT NULL,
  code__set_not_null integer NOT NULL,
  CONSTRAINT code__set_not_null CHECK (code <> ''),
  CONSTRAINT place_key PRIMARY KEY (code),
  CONSTRAINT once UNIQUE (id) INCLUDE (code)
);
CREATE UNIQUE INDEX by_code ON place (upper(code)) WHERE id > 0;
CREATE INDEX by_code__new ON place USING hash (code);
CREATE TABLE visit (
  place integer NOT NULL CONSTRAINT of_place REFERENCES place (id) ON DELETE CASCADE,
  day date NOT NULL,
  CONSTRAINT daily PRIMARY KEY (place, day) DEFERRABLE
);
COMMENT ON CONSTRAINT daily ON visit IS 'one a day';
