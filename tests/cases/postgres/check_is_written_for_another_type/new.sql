CREATE TABLE t (a numeric(10,2) CHECK (a > 0), b text CHECK (b IN ('x', 'y')), c varchar(9) DEFAULT 'x' CHECK (c <> ''));
CREATE INDEX i ON t (lower(b)) WHERE a > 5;
