CREATE TABLE grows (id integer PRIMARY KEY, b integer DEFAULT 3);
CREATE TABLE below () INHERITS (grows);
