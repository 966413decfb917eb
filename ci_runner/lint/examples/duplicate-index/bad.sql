CREATE TABLE teams (id bigint PRIMARY KEY, name text, city text);
CREATE INDEX teams_name_city_idx ON teams (name, city);
CREATE INDEX teams_name_idx ON teams (name);
