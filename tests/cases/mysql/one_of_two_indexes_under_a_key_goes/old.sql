CREATE TABLE p (a int PRIMARY KEY);CREATE TABLE c (b int, d int, KEY k (b, d), KEY k1 (b), CONSTRAINT f FOREIGN KEY (b) REFERENCES p (a));
