CREATE TABLE last_goes (a integer, c text) PARTITION BY RANGE (a);
CREATE TABLE p2 PARTITION OF last_goes DEFAULT;
CREATE INDEX alone ON ONLY last_goes (c);
CREATE TABLE first_comes (a integer, c text) PARTITION BY RANGE (a);
CREATE TABLE p1 (a integer, c text);
