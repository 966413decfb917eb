CREATE TYPE address AS (street text, city text COLLATE "C");
COMMENT ON TYPE address IS 'of a house';
COMMENT ON COLUMN address.city IS 'a town';
CREATE TYPE free AS (a integer, "b B" varchar(9), c text);
CREATE TABLE homes (id integer, home address, earlier address[]);
CREATE VIEW streets AS SELECT id, (home).street FROM homes;
