-- schema-ci:rename enum mood -> feeling
-- schema-ci:rename constraint parents.pk -> parents_key
-- schema-ci:rename unique parents.un -> un2
-- schema-ci:rename check t.ck -> t.positive
-- schema-ci:rename foreign key t.fk -> t."the parent"
-- schema-ci:rename index ix -> by_a
-- schema-ci:rename v -> w
CREATE TYPE feeling AS ENUM ('sad');
CREATE TABLE parents (
  a int,
  b int,
  CONSTRAINT parents_key PRIMARY KEY (a),
  CONSTRAINT un2 UNIQUE (b)
);
CREATE TABLE t (
  a int,
  m feeling,
  CONSTRAINT positive CHECK (a > 0),
  CONSTRAINT "the parent" FOREIGN KEY (a) REFERENCES parents
);
CREATE INDEX by_a ON t (a DESC);
CREATE VIEW w AS SELECT a FROM t;
