CREATE TABLE t (a point NOT NULL, b polygon NOT NULL, g geometry, SPATIAL KEY s (a), SPATIAL KEY r (b));
