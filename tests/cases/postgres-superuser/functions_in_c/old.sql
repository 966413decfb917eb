CREATE FUNCTION nth() RETURNS bigint LANGUAGE internal WINDOW IMMUTABLE AS 'window_row_number';
CREATE FUNCTION length_of(text) RETURNS integer LANGUAGE internal STRICT AS 'textlen';
CREATE VIEW numbered AS SELECT nth() OVER () AS n;
