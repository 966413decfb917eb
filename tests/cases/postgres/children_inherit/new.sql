CREATE TABLE parent (a bigint DEFAULT 2, b text NOT NULL, d integer DEFAULT 4,
    CONSTRAINT positive CHECK (a > 0), CONSTRAINT alone CHECK (d > 0) NO INHERIT);
CREATE TABLE second_parent (x integer);
CREATE TABLE child (own integer NOT NULL, c date) INHERITS (parent);
ALTER TABLE child ALTER a SET DEFAULT 9, ALTER d DROP DEFAULT;
CREATE TABLE leaves (a integer DEFAULT 1, b text, c date, z integer,
    CONSTRAINT positive CHECK (a > 0));
CREATE TABLE comes (x integer, y integer);
ALTER TABLE comes INHERIT second_parent;
CREATE TABLE two_parents (own integer) INHERITS (parent, second_parent);
CREATE TABLE grandchild (q integer) INHERITS (child);
