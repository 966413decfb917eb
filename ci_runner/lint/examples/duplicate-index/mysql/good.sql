CREATE TABLE teams (id bigint PRIMARY KEY, name varchar(20), city varchar(20));
CREATE INDEX teams_name_city_idx ON teams (name, city);
-- The order of columns matters.
CREATE INDEX teams_city_idx ON teams (city);
-- A unique index guards, and a prefix is smaller.
CREATE UNIQUE INDEX teams_name_key ON teams (name);
CREATE INDEX teams_short_idx ON teams (name(5));
