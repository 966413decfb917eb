-- Features of a random schema, in an order in which each can be made.
--
-- `-- feature NAME: NEEDED, ...` begins one, `-- or` its next form; an object has the same name in all
-- forms. A feature is left out where one that it needs is left out.

-- feature state
CREATE TYPE app.state AS ENUM ('new', 'open', 'gone');
-- or
CREATE TYPE app.state AS ENUM ('new', 'busy', 'open', 'gone');
-- or
CREATE TYPE app.state AS ENUM ('open', 'new', 'gone');

-- feature email
CREATE DOMAIN app.email AS text CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
-- or
CREATE DOMAIN app.email AS text DEFAULT 'a@b' NOT NULL;
-- or
CREATE DOMAIN app.email AS character varying(90)
  CONSTRAINT has_at CHECK (VALUE LIKE '%@%') CONSTRAINT short CHECK (length(VALUE) < 80);
COMMENT ON DOMAIN app.email IS 'an address';

-- feature place
CREATE TYPE app.place AS (street text, zip text);
-- or
CREATE TYPE app.place AS (street text, zip text, country character(2));
-- or
CREATE TYPE app.place AS (street text, zip integer);

-- feature span
CREATE TYPE app.span AS RANGE (subtype = numeric);
-- or
CREATE TYPE app.span AS RANGE (subtype = numeric, multirange_type_name = app.spans);

-- feature numbers
CREATE SEQUENCE app.numbers;
-- or
CREATE SEQUENCE app.numbers AS integer START 7 INCREMENT 3;
-- or
CREATE SEQUENCE app.numbers CACHE 5;
COMMENT ON SEQUENCE app.numbers IS 'counts';

-- feature twice
CREATE FUNCTION app.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT n * 2 $$;
-- or
CREATE FUNCTION app.twice(n integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT COST 7
  AS $$ SELECT n + n $$;
-- or
CREATE FUNCTION app.twice(m integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN m * 2;
COMMENT ON FUNCTION app.twice(integer) IS 'doubles';

-- feature twice of text
CREATE FUNCTION app.twice(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT t || t $$;
-- or
CREATE FUNCTION app.twice(t text) RETURNS character varying LANGUAGE sql IMMUTABLE
  AS $$ SELECT t || t $$;

-- feature touch
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
-- or
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = app
  AS $$ BEGIN RETURN OLD; END $$;

-- feature longest
CREATE AGGREGATE app.longest(text) (SFUNC = textcat, STYPE = text, INITCOND = '');
-- or
CREATE AGGREGATE app.longest(text)
  (SFUNC = textcat, STYPE = text, INITCOND = 'x', PARALLEL = SAFE);

-- feature tidy
CREATE PROCEDURE app.tidy() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
-- or
CREATE PROCEDURE app.tidy() LANGUAGE sql AS $$ SELECT 1 $$;

-- feature state of number: state
CREATE FUNCTION app.state_of(n integer) RETURNS app.state LANGUAGE sql IMMUTABLE
  AS $$ SELECT 'new'::app.state $$;
-- or
CREATE FUNCTION app.state_of(n integer) RETURNS app.state LANGUAGE plpgsql STABLE
  AS $$ BEGIN RETURN 'open'; END $$;

-- feature people
CREATE TABLE app.people (id integer PRIMARY KEY, name text NOT NULL);
-- or
CREATE TABLE app.people (id bigint PRIMARY KEY, name character varying(50));
COMMENT ON TABLE app.people IS 'who';
COMMENT ON COLUMN app.people.name IS 'called';
-- or
CREATE TABLE app.people (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text DEFAULT 'nobody'
) WITH (fillfactor = 80);

-- feature size: people
ALTER TABLE app.people ADD COLUMN size integer DEFAULT 1;
-- or
ALTER TABLE app.people ADD COLUMN size integer NOT NULL DEFAULT 2;

-- feature size of twice: people, size, twice
ALTER TABLE app.people ADD COLUMN double integer DEFAULT app.twice(4);
-- or
ALTER TABLE app.people ADD COLUMN double integer GENERATED ALWAYS AS (app.twice(size)) STORED;

-- feature state of people: people, state
ALTER TABLE app.people ADD COLUMN state app.state DEFAULT 'new';
-- or
ALTER TABLE app.people ADD COLUMN state app.state;
-- or
ALTER TABLE app.people ADD COLUMN state app.state[];

-- feature email of people: people, email
ALTER TABLE app.people ADD COLUMN email app.email DEFAULT 'x@y';
-- or
ALTER TABLE app.people ADD COLUMN email text;

-- feature place of people: people, place
ALTER TABLE app.people ADD COLUMN place app.place;
-- or
ALTER TABLE app.people ADD COLUMN place app.place[];

-- feature span of people: people, span
ALTER TABLE app.people ADD COLUMN span app.span;
ALTER TABLE app.people ADD CONSTRAINT apart EXCLUDE USING gist (span WITH &&);
-- or
ALTER TABLE app.people ADD COLUMN span app.span;
CREATE INDEX people_span ON app.people USING gist (span);

-- feature number of people: people, numbers
ALTER TABLE app.people ADD COLUMN number bigint DEFAULT nextval('app.numbers');
-- or
ALTER TABLE app.people ADD COLUMN number bigint;
ALTER SEQUENCE app.numbers OWNED BY app.people.number;

-- feature events
CREATE TABLE app.events (id integer, at date NOT NULL, what text) PARTITION BY RANGE (at);
-- or
CREATE TABLE app.events (id bigint, at date NOT NULL, what text DEFAULT 'x')
  PARTITION BY RANGE (at);
COMMENT ON TABLE app.events IS 'what happened';

-- feature events of a year: events
CREATE TABLE app.events_1 PARTITION OF app.events
  FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
-- or
CREATE TABLE app.events_1 PARTITION OF app.events
  FOR VALUES FROM ('2020-01-01') TO ('2022-01-01');

-- feature events of no year: events
CREATE TABLE app.events_0 PARTITION OF app.events DEFAULT;

-- feature index of events: events
CREATE INDEX events_at ON app.events (at);
-- or
CREATE INDEX events_at ON app.events (at DESC, what);

-- feature key of events: events
ALTER TABLE app.events ADD CONSTRAINT events_key PRIMARY KEY (id, at);
-- or
ALTER TABLE app.events ADD CONSTRAINT events_key UNIQUE (at, id);

-- feature staff: people
CREATE TABLE app.staff (wage numeric(9, 2)) INHERITS (app.people);
-- or
CREATE TABLE app.staff (wage numeric(9, 2) NOT NULL DEFAULT 0) INHERITS (app.people);

-- feature orders
CREATE TABLE app.orders (id integer PRIMARY KEY, total numeric, memo text);
-- or
CREATE UNLOGGED TABLE app.orders (id integer PRIMARY KEY, total numeric(12, 2), memo text);
-- or
CREATE TABLE app.orders (id integer PRIMARY KEY, total integer, memo text UNIQUE);

-- feature index of people: people
CREATE INDEX people_name ON app.people (lower(name));
-- or
CREATE UNIQUE INDEX people_name ON app.people (name, id) WHERE id > 0;

-- feature index of twice: people, size, twice
CREATE INDEX people_twice ON app.people (app.twice(size));
-- or
CREATE INDEX people_twice ON app.people (size) WHERE app.twice(size) > 3;

-- feature check of people: people
ALTER TABLE app.people ADD CONSTRAINT sound CHECK (length(name) > 0);
-- or
ALTER TABLE app.people ADD CONSTRAINT sound CHECK (id > 0) NO INHERIT;

-- feature check of twice: people, size, twice
ALTER TABLE app.people ADD CONSTRAINT even CHECK (app.twice(size) > 0) NOT VALID;
-- or
ALTER TABLE app.people ADD CONSTRAINT even CHECK (app.twice(size) > 0);

-- feature trigger of people: people, touch
CREATE TRIGGER touched BEFORE UPDATE ON app.people FOR EACH ROW EXECUTE FUNCTION app.touch();
-- or
CREATE TRIGGER touched AFTER INSERT OR UPDATE OF name ON app.people
  FOR EACH STATEMENT EXECUTE FUNCTION app.touch('a');
ALTER TABLE app.people DISABLE TRIGGER touched;

-- feature trigger of events: events, touch
CREATE TRIGGER touched BEFORE INSERT ON app.events
  FOR EACH ROW WHEN (NEW.what IS NOT NULL) EXECUTE FUNCTION app.touch();

-- feature policy of people: people
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.people USING (name = CURRENT_USER);
-- or
ALTER TABLE app.people ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.people AS RESTRICTIVE FOR UPDATE TO case_reader
  USING (id > 0) WITH CHECK (name IS NOT NULL);

-- feature policy of state: people, state, state of number
CREATE POLICY seen ON app.people FOR SELECT USING (app.state_of(id::integer) = 'new');

-- feature rule of orders: orders
CREATE RULE kept AS ON DELETE TO app.orders DO INSTEAD NOTHING;
-- or
CREATE RULE kept AS ON DELETE TO app.orders WHERE OLD.id > 3 DO INSTEAD NOTHING;

-- feature statistics of people: people
CREATE STATISTICS app.related ON id, name FROM app.people;
-- or
CREATE STATISTICS app.related (ndistinct) ON id, name FROM app.people;

-- feature key of orders: orders
ALTER TABLE app.orders ADD COLUMN who integer REFERENCES app.orders;
-- or
ALTER TABLE app.orders ADD COLUMN who integer
  REFERENCES app.orders ON DELETE SET NULL DEFERRABLE;

-- feature names: people
CREATE VIEW app.names AS SELECT id, name FROM app.people;
-- or
CREATE VIEW app.names AS SELECT id, name, length(name) AS long FROM app.people;
-- or
CREATE VIEW app.names WITH (security_barrier)
  AS SELECT id, upper(name) AS name FROM app.people WHERE id > 1;
COMMENT ON VIEW app.names IS 'all';

-- feature names twice: names
CREATE VIEW app.names_twice AS SELECT a.id, b.name FROM app.names a JOIN app.names b USING (id);
-- or
CREATE VIEW app.names_twice AS SELECT count(*) AS number FROM app.names;

-- feature sizes: people, size, twice
CREATE VIEW app.sizes AS SELECT id, app.twice(size) AS twice FROM app.people;

-- feature states: people, state, state of people
CREATE VIEW app.states AS SELECT state, count(*) FROM app.people GROUP BY state;

-- feature totals: names
CREATE MATERIALIZED VIEW app.totals AS SELECT id, name FROM app.names;
CREATE UNIQUE INDEX totals_id ON app.totals (id);
-- or
CREATE MATERIALIZED VIEW app.totals AS SELECT id, max(name) AS name FROM app.names GROUP BY id
  WITH NO DATA;
CREATE INDEX totals_id ON app.totals (id, name);
COMMENT ON MATERIALIZED VIEW app.totals IS 'sums';

-- feature trigger of a view: names, touch
CREATE TRIGGER inserted INSTEAD OF INSERT ON app.names
  FOR EACH ROW EXECUTE FUNCTION app.touch();

-- feature rule of a view: names
CREATE RULE kept AS ON UPDATE TO app.names DO INSTEAD NOTHING;

-- feature how many: names
CREATE FUNCTION app.how_many() RETURNS bigint LANGUAGE sql
  AS $$ SELECT count(*) FROM app.names $$;
-- or
CREATE FUNCTION app.how_many() RETURNS bigint LANGUAGE sql
  BEGIN ATOMIC SELECT count(*) FROM app.names; END;

-- feature many: names, how many
CREATE VIEW app.many AS SELECT app.how_many() AS number;

-- feature everybody: people
CREATE FUNCTION app.everybody() RETURNS SETOF app.people LANGUAGE sql STABLE
  AS $$ SELECT * FROM app.people $$;

-- feature joined: people, longest
CREATE VIEW app.joined AS SELECT app.longest(name) AS all_names FROM app.people;

-- feature people are seen: people
GRANT SELECT ON app.people TO case_reader;
-- or
GRANT SELECT (id), UPDATE (name) ON app.people TO case_reader WITH GRANT OPTION;
-- or
GRANT ALL ON app.people TO PUBLIC;

-- feature names are seen: names
GRANT SELECT ON app.names TO case_reader;

-- feature totals are seen: names, totals
GRANT SELECT ON app.totals TO case_reader;

-- feature twice is not called: twice
REVOKE EXECUTE ON FUNCTION app.twice(integer) FROM PUBLIC;
-- or
GRANT EXECUTE ON FUNCTION app.twice(integer) TO case_reader;

-- feature app is used
GRANT USAGE ON SCHEMA app TO case_reader;

-- feature new tables are seen
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO case_reader;
-- or
ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO case_reader;

-- feature search
CREATE TEXT SEARCH CONFIGURATION app.search (COPY = pg_catalog.simple);
-- or
CREATE TEXT SEARCH CONFIGURATION app.search (COPY = pg_catalog.english);

-- feature ordering
CREATE COLLATION app.ordering (provider = libc, locale = 'C');
-- or
CREATE COLLATION app.ordering (provider = libc, locale = 'POSIX');

-- feature published: people
CREATE PUBLICATION published FOR TABLE app.people;
-- or
CREATE PUBLICATION published FOR ALL TABLES WITH (publish = 'insert');

-- feature cast of place: place
CREATE FUNCTION app.as_text(p app.place) RETURNS text LANGUAGE sql IMMUTABLE
  AS $$ SELECT p.street $$;
CREATE CAST (app.place AS text) WITH FUNCTION app.as_text(app.place) AS ASSIGNMENT;

-- feature close to
CREATE FUNCTION app.close_to(a integer, b integer) RETURNS boolean LANGUAGE sql IMMUTABLE
  AS $$ SELECT abs(a - b) < 3 $$;
CREATE OPERATOR app.~~~
  (LEFTARG = integer, RIGHTARG = integer, FUNCTION = app.close_to, COMMUTATOR = OPERATOR(app.~~~));
