CREATE TABLE parent (a integer DEFAULT 1, b text, c date, CONSTRAINT positive CHECK (a > 0));
CREATE TABLE second_parent (x integer);
CREATE TABLE child (own integer NOT NULL) INHERITS (parent);
ALTER TABLE child ALTER a SET DEFAULT 9, ALTER b SET NOT NULL;
CREATE TABLE leaves (z integer) INHERITS (parent);
CREATE TABLE comes (x integer, y integer);
CREATE TABLE two_parents (own integer) INHERITS (parent, second_parent);
