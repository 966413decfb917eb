CREATE TABLE customer (id integer PRIMARY KEY);
CREATE TABLE event (
    id bigint GENERATED ALWAYS AS IDENTITY,
    number serial,
    customer bigint REFERENCES customer,
    at timestamptz NOT NULL,
    kind text DEFAULT 'none' CHECK (kind <> ''),
    twice integer GENERATED ALWAYS AS (customer * 2) STORED,
    PRIMARY KEY (id, at),
    UNIQUE (number, at, id)
) PARTITION BY RANGE (at);
CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE event_later PARTITION OF event DEFAULT PARTITION BY RANGE (id);
CREATE TABLE event_later_all PARTITION OF event_later DEFAULT;
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
CREATE TABLE parts (a integer NOT NULL, b text) PARTITION BY LIST (a);
CREATE TABLE joins PARTITION OF parts FOR VALUES IN (1);
CREATE INDEX parts_b ON parts (b);
CREATE TABLE gathered (a integer PRIMARY KEY, b text);
CREATE INDEX gathered_b ON gathered (b);
CREATE TABLE bill (id integer PRIMARY KEY) PARTITION BY HASH (id);
CREATE TABLE bill_0 PARTITION OF bill FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE line (bill integer, id integer, PRIMARY KEY (bill, id), FOREIGN KEY (bill) REFERENCES bill) PARTITION BY HASH (bill);
CREATE TABLE line_0 PARTITION OF line FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE FUNCTION counted_too() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER counts AFTER INSERT ON line EXECUTE FUNCTION counted_too();
