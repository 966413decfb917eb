CREATE TABLE person (id integer PRIMARY KEY, name text);
CREATE TYPE kept AS ENUM ('a');
