CREATE TYPE shell_that_comes;
COMMENT ON TYPE shell_that_comes IS 'later';
CREATE TYPE becomes_whole;
CREATE FUNCTION whole_in(cstring) RETURNS becomes_whole LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION whole_out(becomes_whole) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE becomes_whole (
  INPUT = whole_in, OUTPUT = whole_out, LIKE = text, DEFAULT = 'it''s', DELIMITER = ';',
  CATEGORY = 'S', PREFERRED = true, COLLATABLE = true
);
CREATE TYPE number;
CREATE FUNCTION number_in(cstring) RETURNS number LANGUAGE internal IMMUTABLE STRICT AS 'int8in';
CREATE FUNCTION number_out(number) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int8out';
CREATE TYPE number (INPUT = number_in, OUTPUT = number_out, LIKE = bigint);
COMMENT ON TYPE number IS 'counts';
CREATE TYPE words;
CREATE FUNCTION words_in(cstring) RETURNS words LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION words_out(words) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE FUNCTION words_send(words) RETURNS bytea LANGUAGE internal STABLE STRICT AS 'textsend';
CREATE TYPE words (
  INPUT = words_in, OUTPUT = words_out, SEND = words_send, LIKE = text, CATEGORY = 'S', STORAGE = main
);
CREATE TABLE t (id number DEFAULT '3', w words[], n number);
CREATE VIEW v AS SELECT n, w FROM t;
CREATE TABLE u (g becomes_whole, n number[]);
