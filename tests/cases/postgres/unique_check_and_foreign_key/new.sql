CREATE TABLE p (a integer PRIMARY KEY); CREATE TABLE c (a integer REFERENCES p ON DELETE CASCADE, b integer, UNIQUE (a, b), CHECK (b IN (1, 2)));
