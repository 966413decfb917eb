CREATE TABLE t (a integer, b integer, CONSTRAINT x CHECK (a > 0), CONSTRAINT y CHECK (b > 0)); CREATE INDEX i ON t (a); CREATE INDEX j ON t (b); CREATE INDEX k ON t (a, b);
