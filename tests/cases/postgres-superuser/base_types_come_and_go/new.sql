CREATE SCHEMA "Other one";
CREATE TYPE stays;
CREATE FUNCTION stays_in(cstring) RETURNS stays LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION stays_out(stays) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE FUNCTION stays_send(stays) RETURNS bytea LANGUAGE internal STABLE STRICT AS 'textsend';
CREATE TYPE stays (
  INPUT = stays_in, OUTPUT = stays_out, SEND = stays_send, LIKE = text, STORAGE = external
);
COMMENT ON TYPE stays IS 'as it was';
CREATE TABLE t (s stays, several stays[]);
CREATE TYPE "Other one"."Comes";
CREATE FUNCTION "Other one"."Reads"(cstring) RETURNS "Other one"."Comes"
LANGUAGE internal IMMUTABLE STRICT AS 'int2in';
CREATE FUNCTION "Other one".writes("Other one"."Comes") RETURNS cstring
LANGUAGE internal IMMUTABLE STRICT AS 'int2out';
CREATE TYPE "Other one"."Comes" (INPUT = "Other one"."Reads", OUTPUT = "Other one".writes, LIKE = smallint);
CREATE FUNCTION twice("Other one"."Comes") RETURNS SETOF "Other one"."Comes"[] LANGUAGE sql
AS 'SELECT ARRAY[$1, $1]';
DO $$ BEGIN CREATE ROLE case_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
REVOKE ALL ON FUNCTION "Other one"."Reads"(cstring) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION "Other one"."Reads"(cstring) TO case_reader;
REVOKE ALL ON TYPE "Other one"."Comes" FROM PUBLIC;
GRANT USAGE ON TYPE "Other one"."Comes" TO case_reader;
COMMENT ON FUNCTION "Other one"."Reads"(cstring) IS 'reads';
ALTER TYPE "Other one"."Comes" OWNER TO case_reader;
ALTER FUNCTION "Other one".writes("Other one"."Comes") OWNER TO case_reader;
CREATE TYPE of_text;
CREATE FUNCTION of_text_in(cstring) RETURNS of_text LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION of_text_out(of_text) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE of_text (INPUT = of_text_in, OUTPUT = of_text_out, LIKE = text);
