CREATE TABLE teams (id bigint PRIMARY KEY, name varchar(20), city varchar(20));
CREATE INDEX teams_name_city_idx ON teams (name, city);
CREATE INDEX teams_name_idx ON teams (name);
