CREATE TYPE address AS (street text, city text COLLATE "C", zip varchar(9));
COMMENT ON COLUMN address.zip IS 'five digits';
CREATE TYPE free AS (a bigint, "b B" varchar(9) COLLATE "C");
CREATE TYPE nothing AS ();
CREATE TABLE homes (id integer, home address, earlier address[]);
CREATE VIEW streets AS SELECT id, (home).street, (home).zip FROM homes;
