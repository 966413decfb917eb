CREATE TABLE t (a integer CHECK (a > 0), b varchar(10) CHECK (b IN ('x', 'y')), c varchar(5) DEFAULT 'x' CHECK (c <> ''));
CREATE INDEX i ON t (lower(b)) WHERE a > 5;
