CREATE TABLE other (id integer PRIMARY KEY);
CREATE TABLE p (k integer NOT NULL, a integer, b text,
    CONSTRAINT p_pkey PRIMARY KEY (k), CONSTRAINT small CHECK (a < 100),
    CONSTRAINT points FOREIGN KEY (a) REFERENCES other) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
ALTER TABLE p2 ADD CONSTRAINT p2_a CHECK (a > 0);
CREATE INDEX p2_b_part ON p2 (b);
CREATE INDEX whole ON p (b);
CREATE INDEX own ON p1 (a, b);
CREATE INDEX named_otherwise ON p2 (a, k);
CREATE INDEX part ON p (a, k);
CREATE INDEX second_of_a_kind ON p1 (a, b, k);
CREATE UNIQUE INDEX came ON p (k, a, b);
CREATE TABLE points_there (k integer REFERENCES p (k) ON DELETE CASCADE);
