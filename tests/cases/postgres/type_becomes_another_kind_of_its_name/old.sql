CREATE TYPE a AS (x integer);
CREATE DOMAIN b AS a;
CREATE TABLE t (a a, several a[], b b, c text[], d text[]);
