CREATE TABLE room (id integer, during tsrange, a integer, b integer,
    CONSTRAINT apart EXCLUDE USING gist (during WITH &&) WHERE (id > 1) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT held EXCLUDE USING gist (int4range(a, b) WITH &&, during WITH &&),
    CONSTRAINT stays EXCLUDE USING gist (during WITH -|-) WITH (fillfactor = 70),
    CONSTRAINT one UNIQUE NULLS NOT DISTINCT (a) INCLUDE (b) WITH (fillfactor = 40),
    CONSTRAINT two UNIQUE (a, b));
COMMENT ON CONSTRAINT apart ON room IS 'nobody shares';
CREATE TABLE guest (room integer, other integer,
    CONSTRAINT sleeps FOREIGN KEY (room) REFERENCES room (a) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT wakes FOREIGN KEY (room, other) REFERENCES room (a, b) ON DELETE SET NULL (other));
CREATE TABLE made (x int4range, y integer, EXCLUDE USING gist (x WITH &&) WITH (fillfactor = 80));
CREATE TABLE span (low bigint, high bigint, step integer,
    CONSTRAINT computed EXCLUDE USING gist (int8range(low, high, '[]') WITH &&),
    CONSTRAINT ordered EXCLUDE USING btree ((low = high) WITH =, step WITH =) WHERE (low < high));
