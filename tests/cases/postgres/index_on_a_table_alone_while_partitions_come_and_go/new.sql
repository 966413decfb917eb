CREATE TABLE last_goes (a integer, c text) PARTITION BY RANGE (a);
CREATE INDEX alone ON ONLY last_goes (c);
CREATE TABLE first_comes (a integer, c text) PARTITION BY RANGE (a);
CREATE TABLE p1 PARTITION OF first_comes FOR VALUES FROM (0) TO (10) PARTITION BY LIST (c);
CREATE INDEX apart ON ONLY first_comes (c);
