CREATE TABLE room (id integer, during tsrange, a integer, b integer,
    CONSTRAINT apart EXCLUDE USING gist (during WITH &&) WITH (fillfactor = 50) WHERE (id > 0),
    CONSTRAINT held EXCLUDE USING gist (int4range(a, b + 1) WITH &&, during WITH &&),
    CONSTRAINT stays EXCLUDE USING gist (during WITH -|-) WITH (fillfactor = 60),
    CONSTRAINT one UNIQUE (a), CONSTRAINT two UNIQUE (a, b));
CREATE TABLE guest (room integer, other integer,
    CONSTRAINT sleeps FOREIGN KEY (room) REFERENCES room (a),
    CONSTRAINT wakes FOREIGN KEY (room, other) REFERENCES room (a, b) MATCH FULL DEFERRABLE);
CREATE TABLE span (low integer, high integer, step integer,
    CONSTRAINT computed EXCLUDE USING gist (int4range(low, high) WITH &&),
    CONSTRAINT ordered EXCLUDE USING btree ((low = high) WITH =, step WITH =) WHERE (low < high));
