CREATE TABLE a_parent (id INTEGER PRIMARY KEY); CREATE TABLE b_child (p INT REFERENCES a_parent (id)); CREATE INDEX i ON b_child (p);
