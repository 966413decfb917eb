CREATE TABLE customer (id integer PRIMARY KEY);
CREATE TABLE event (
    id bigint GENERATED ALWAYS AS IDENTITY,
    number serial,
    customer integer REFERENCES customer,
    at timestamptz NOT NULL,
    kind varchar(9) DEFAULT 'none' CHECK (kind <> ''),
    twice integer GENERATED ALWAYS AS (customer * 2) STORED,
    PRIMARY KEY (id, at),
    UNIQUE (number, at, id)
);
COMMENT ON TABLE event IS 'what happened';
CREATE INDEX by_kind ON event (kind);
CREATE VIEW recent AS SELECT id, kind FROM event WHERE at > '2025-01-01';
CREATE FUNCTION stamped() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.at := now(); RETURN NEW; END';
CREATE TRIGGER stamps BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION stamped();
ALTER TABLE event ENABLE ROW LEVEL SECURITY;
CREATE POLICY nobody ON event USING (false);
CREATE STATISTICS together ON customer, kind FROM event;
CREATE TABLE note (event bigint, at timestamptz, FOREIGN KEY (event, at) REFERENCES event);
CREATE MATERIALIZED VIEW kinds AS SELECT kind, count(*) FROM event GROUP BY kind;
CREATE TABLE joins (a integer NOT NULL, b text);
CREATE TABLE parts (a integer NOT NULL, b text);
CREATE INDEX parts_b ON parts (b);
CREATE TABLE gathered (a integer PRIMARY KEY, b text) PARTITION BY LIST (a);
CREATE TABLE gathered_1 PARTITION OF gathered FOR VALUES IN (1);
CREATE TABLE gathered_rest PARTITION OF gathered DEFAULT PARTITION BY LIST (a);
CREATE TABLE gathered_rest_all PARTITION OF gathered_rest DEFAULT;
CREATE INDEX gathered_b ON gathered (b);
CREATE TABLE bill (id integer PRIMARY KEY);
CREATE TABLE line (bill integer, id integer, PRIMARY KEY (bill, id), FOREIGN KEY (bill) REFERENCES bill);
CREATE FUNCTION counted() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER counts AFTER INSERT ON line EXECUTE FUNCTION counted();
