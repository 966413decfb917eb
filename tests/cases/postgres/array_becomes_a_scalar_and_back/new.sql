CREATE TABLE t (a numeric(8,2), b integer, c text[], d integer[], e integer[]);
