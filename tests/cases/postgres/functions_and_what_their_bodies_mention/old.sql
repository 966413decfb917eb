CREATE TABLE kept (id integer);
CREATE FUNCTION counts() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM kept';
CREATE TABLE a_leaves (id integer);
CREATE VIEW z_leaves AS SELECT id AS seen FROM kept;
CREATE FUNCTION a_first() RETURNS bigint LANGUAGE sql AS 'SELECT count(seen) FROM z_leaves';
CREATE FUNCTION z_second() RETURNS bigint LANGUAGE sql AS 'SELECT a_first()';
