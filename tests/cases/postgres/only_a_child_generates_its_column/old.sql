CREATE TABLE parent (a integer, b integer);
CREATE TABLE child (b integer GENERATED ALWAYS AS (a * 2) STORED) INHERITS (parent);
CREATE TABLE grandchild (c integer) INHERITS (child);
