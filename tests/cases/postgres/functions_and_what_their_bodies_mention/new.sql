SET check_function_bodies = off;
CREATE TABLE kept (id integer, added integer);
CREATE FUNCTION counts() RETURNS bigint LANGUAGE sql AS 'SELECT sum(added) FROM kept';
CREATE TABLE "Source" (id integer, "What" text, CONSTRAINT source_key PRIMARY KEY (id));
CREATE VIEW above AS SELECT id FROM "Source";
CREATE FUNCTION a_reads_a_view() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM above';
CREATE VIEW a_view_of_it AS SELECT a_reads_a_view() AS n;
CREATE FUNCTION a_last() RETURNS SETOF a_view_of_it LANGUAGE sql
AS 'SELECT n + a_reads_a_view() FROM a_view_of_it';
CREATE FUNCTION a_groups() RETURNS text LANGUAGE sql
AS 'SELECT max("What") FROM (SELECT "What" FROM "Source" GROUP BY id) s';
CREATE FUNCTION a_declares() RETURNS integer LANGUAGE plpgsql
AS $$ DECLARE r above%ROWTYPE; BEGIN RETURN r.id; END $$;
CREATE FUNCTION is_even(n integer) RETURNS boolean LANGUAGE sql
AS 'SELECT n = 0 OR is_odd(n - 1)';
CREATE FUNCTION is_odd(n integer) RETURNS boolean LANGUAGE sql
AS 'SELECT n = 1 OR is_even(n - 1)';
CREATE FUNCTION next_id() RETURNS integer LANGUAGE sql AS 'SELECT max(id) + 1 FROM counted';
CREATE TABLE counted (id integer DEFAULT next_id());
