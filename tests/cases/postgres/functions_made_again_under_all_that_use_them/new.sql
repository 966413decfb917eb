CREATE FUNCTION shape(of_it integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT of_it';
CREATE FUNCTION fills() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION adds(a integer, b integer) RETURNS integer
LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
CREATE TABLE t (
    id integer DEFAULT shape(1),
    made integer GENERATED ALWAYS AS (shape(4)) STORED,
    twice integer DEFAULT shape(2),
    CONSTRAINT formed CHECK (shape(id) > 0)
);
CREATE INDEX shaped ON t (shape(id));
COMMENT ON INDEX shaped IS 'made again';
CREATE INDEX plain ON t (id);
CREATE VIEW v AS SELECT shape(id) AS s FROM t;
CREATE VIEW w AS SELECT s FROM v;
COMMENT ON VIEW w IS 'above';
CREATE FUNCTION calls(a integer) RETURNS integer LANGUAGE sql RETURN shape(a) + 1;
CREATE AGGREGATE total (integer) (SFUNC = adds, STYPE = integer, INITCOND = '0');
CREATE TRIGGER filled BEFORE INSERT ON t FOR EACH ROW WHEN (shape(NEW.id) > 1)
EXECUTE FUNCTION fills();
CREATE PROCEDURE kind_changes(a integer) LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE PROCEDURE outs(a integer, OUT b text) LANGUAGE plpgsql AS $$ BEGIN b := a; END $$;
