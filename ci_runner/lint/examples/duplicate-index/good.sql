CREATE TABLE teams (id bigint PRIMARY KEY, name text, city text);
CREATE INDEX teams_name_city_idx ON teams (name, city);
-- The order of columns matters.
CREATE INDEX teams_city_idx ON teams (city);
-- A unique index guards, a partial one is smaller, and an expression is something else.
CREATE UNIQUE INDEX teams_name_key ON teams (name);
CREATE INDEX teams_named_idx ON teams (name) WHERE city IS NULL;
CREATE INDEX teams_lower_idx ON teams (lower(name));
-- Another order, or another method, finds other rows.
CREATE INDEX teams_down_idx ON teams (name DESC);
