CREATE TABLE a (id integer CONSTRAINT "a PK" PRIMARY KEY, b integer CONSTRAINT a_b_key UNIQUE, c integer CONSTRAINT a_c_check CHECK (c < 10));
CREATE TABLE d (a integer CONSTRAINT d_a_fkey REFERENCES a (id));
CREATE INDEX "By B" ON a (b DESC) WHERE c > 0;
COMMENT ON INDEX "By B" IS 'new words';
