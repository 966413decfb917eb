CREATE TABLE a (id integer CONSTRAINT a_key PRIMARY KEY, b integer CONSTRAINT once UNIQUE, c integer CONSTRAINT small CHECK (c < 10));
CREATE TABLE d (a integer CONSTRAINT of_a REFERENCES a (id));
CREATE INDEX by_b ON a (b DESC) WHERE c > 0;
COMMENT ON INDEX by_b IS 'old words';
