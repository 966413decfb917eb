CREATE TABLE parent (a integer, b integer);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE grandchild (c integer, b integer GENERATED ALWAYS AS (a * 3) STORED) INHERITS (child);
