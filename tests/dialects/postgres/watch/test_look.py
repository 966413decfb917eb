"""A look that builds on an earlier one sees what a look from nothing sees, and reads less."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import Connection, Lock, Sighting, StatementFailed
from ci_runner.dialects.postgres import DIALECT
from ci_runner.dialects.postgres.watch.look import Look
from ci_runner.schema.model import Identity
from tests.dialects.listening import Listening

# Run in order on one database; each touches the catalogue in another way.
STATEMENTS = """
CREATE SCHEMA app
CREATE TYPE mood AS ENUM ('sad', 'glad')
CREATE DOMAIN app.code AS text CHECK (VALUE <> '')
CREATE TYPE pair AS (left_part int, right_part int)
CREATE SEQUENCE counter
CREATE FUNCTION twice(a int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT a * 2'
CREATE TABLE users (id serial PRIMARY KEY, email text UNIQUE, m mood DEFAULT 'sad', p pair)
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY, user_id int REFERENCES users (id))
CREATE TABLE tag (name text)
CREATE TABLE app.items (id int DEFAULT nextval('counter'), code app.code, whole tag)
CREATE TABLE lists (id int, several tag[], named regclass DEFAULT 'orders'::regclass)
CREATE VIEW names AS SELECT id, email FROM users
CREATE VIEW more AS SELECT n.email, o.id FROM names n JOIN orders o ON o.user_id = n.id
CREATE INDEX i ON users (lower(email)) WHERE id > 0
CREATE INDEX twiced ON orders (twice(user_id))
ALTER TABLE users ADD COLUMN extra numeric(10, 2) DEFAULT 0
ALTER TABLE users ADD CONSTRAINT positive CHECK ((p).left_part > 0 AND extra >= 0)
ALTER TABLE app.items ADD CHECK ((whole).name <> '')
COMMENT ON TABLE users IS 'people'
COMMENT ON COLUMN users.extra IS 'more'
COMMENT ON CONSTRAINT positive ON users IS 'why'
COMMENT ON INDEX i IS 'fast'
COMMENT ON VIEW names IS 'shown'
COMMENT ON SEQUENCE counter IS 'counts'
COMMENT ON TYPE mood IS 'felt'
COMMENT ON SCHEMA app IS 'ours'
COMMENT ON CONSTRAINT positive ON users IS NULL
COMMENT ON TABLE users IS NULL
ALTER TABLE users RENAME COLUMN extra TO rest
ALTER TABLE users RENAME COLUMN email TO mail
ALTER TABLE tag RENAME COLUMN name TO title
ALTER TABLE tag RENAME TO label
ALTER TABLE users RENAME CONSTRAINT positive TO above_zero
ALTER INDEX i RENAME TO users_mail
ALTER SEQUENCE counter RENAME TO tally
ALTER TYPE pair RENAME ATTRIBUTE left_part TO first_part
ALTER TYPE mood RENAME VALUE 'sad' TO 'low'
ALTER TYPE mood ADD VALUE 'calm' BEFORE 'glad'
ALTER TYPE mood RENAME TO feeling
ALTER FUNCTION twice(int) RENAME TO doubled
ALTER TABLE users RENAME TO people
ALTER TABLE orders SET SCHEMA app
ALTER SCHEMA app RENAME TO shop
ALTER VIEW names RENAME TO shown
ALTER VIEW shown RENAME COLUMN email TO address
ALTER VIEW shown SET (security_barrier = true)
CREATE OR REPLACE VIEW more AS SELECT 'x'::text AS email, 1 AS id
ALTER TABLE people ALTER COLUMN rest SET NOT NULL
ALTER TABLE people ALTER COLUMN rest DROP DEFAULT
ALTER TABLE people ALTER COLUMN rest TYPE numeric(12, 2)
ALTER TABLE people ALTER COLUMN rest SET STATISTICS 50
ALTER TABLE people SET (fillfactor = 70)
ALTER TABLE lists SET UNLOGGED
ALTER TABLE people ENABLE ROW LEVEL SECURITY
ALTER TABLE people DROP COLUMN rest CASCADE
ALTER TABLE shop.orders ALTER COLUMN id SET INCREMENT BY 5
ALTER TABLE shop.orders ALTER COLUMN id DROP IDENTITY
ALTER TABLE shop.orders ADD CONSTRAINT later CHECK (id > 0) NOT VALID
ALTER TABLE shop.orders VALIDATE CONSTRAINT later
ALTER TABLE shop.orders DROP CONSTRAINT later
ALTER SEQUENCE tally OWNED BY lists.id
ALTER SEQUENCE tally INCREMENT BY 3 CYCLE
ALTER SEQUENCE tally OWNED BY NONE
CREATE TABLE parent (id int, at date)
CREATE TABLE child (id int, at date)
ALTER TABLE child INHERIT parent
ALTER TABLE parent ADD COLUMN given int
ALTER TABLE child NO INHERIT parent
CREATE TABLE parted (id int, at date) PARTITION BY RANGE (id)
CREATE TABLE low (id int, at date)
ALTER TABLE parted ATTACH PARTITION low FOR VALUES FROM (0) TO (10)
CREATE INDEX parted_at ON parted (at)
CREATE TABLE high PARTITION OF parted FOR VALUES FROM (10) TO (20)
CREATE INDEX parted_id ON ONLY parted (id)
CREATE INDEX high_id ON high (id)
ALTER INDEX parted_id ATTACH PARTITION high_id
ALTER TABLE parted ADD CHECK (id < 100)
ALTER TABLE parted RENAME TO divided
ALTER INDEX parted_at RENAME TO divided_at
ALTER TABLE high ADD CONSTRAINT once EXCLUDE (id WITH =)
ALTER TABLE high REPLICA IDENTITY FULL
ALTER TABLE high SET (toast.autovacuum_enabled = off)
ALTER TABLE high CLUSTER ON high_id
ALTER TABLE high ALTER COLUMN at SET (n_distinct = 5)
ALTER TABLE divided DETACH PARTITION low
CREATE MATERIALIZED VIEW kept AS SELECT id FROM people
REFRESH MATERIALIZED VIEW kept
CREATE INDEX kept_id ON kept (id)
CREATE VIEW of_kept AS SELECT id FROM kept
CREATE INDEX kept_more ON kept (abs(id)) WHERE id > 0
COMMENT ON INDEX kept_id IS 'fast'
ALTER INDEX kept_id RENAME TO kept_first
ALTER MATERIALIZED VIEW kept RENAME COLUMN id TO number
ALTER MATERIALIZED VIEW kept ALTER COLUMN number SET STATISTICS 5
CREATE STATISTICS kept_both ON number, abs(number) FROM kept
ALTER MATERIALIZED VIEW kept RENAME TO held_back
DROP INDEX kept_more
DROP INDEX kept_first
ALTER MATERIALIZED VIEW held_back RENAME TO kept
CREATE TEMPORARY TABLE held (id int)
ALTER TABLE held ADD COLUMN more int
CREATE POLICY p ON people USING (id > 1)
CREATE POLICY q ON child USING (EXISTS (SELECT FROM people WHERE people.id = child.id))
ALTER TABLE people RENAME COLUMN id TO key
ALTER POLICY q ON child USING (id > 2)
ALTER POLICY q ON child RENAME TO q2
COMMENT ON POLICY q2 ON child IS 'why'
ALTER TABLE people RENAME COLUMN key TO id
CREATE STATISTICS both_of ON id, at FROM child
ALTER STATISTICS both_of SET STATISTICS 7
ALTER STATISTICS both_of RENAME TO both_parts
CREATE EXTENSION citext
CREATE TABLE mailed (mail citext, same bool DEFAULT 'a'::citext = 'b')
COMMENT ON EXTENSION citext IS 'folded'
CREATE PUBLICATION published FOR TABLE child (id) WHERE (id > 1)
ALTER PUBLICATION published ADD TABLE mailed
ALTER PUBLICATION published SET (publish = 'insert')
ALTER TABLE child RENAME COLUMN at TO day
ALTER PUBLICATION published DROP TABLE child
DROP EXTENSION citext CASCADE
DROP PUBLICATION published
ALTER TABLE child RENAME COLUMN day TO at
CREATE RULE r AS ON INSERT TO child DO NOTHING
CREATE TRIGGER t BEFORE UPDATE ON child EXECUTE FUNCTION suppress_redundant_updates_trigger()
CREATE UNIQUE INDEX child_id ON child (id) INCLUDE (at)
ALTER TABLE child ADD CONSTRAINT child_key UNIQUE USING INDEX child_id
CREATE TABLE pointing (child_id int REFERENCES child (id))
CLUSTER child USING child_key
REINDEX TABLE child
VACUUM FULL child
ANALYZE
INSERT INTO child VALUES (1, '2020-01-01', 1)
TRUNCATE child CASCADE
GRANT SELECT ON child TO PUBLIC
GRANT SELECT (id), UPDATE (id, at) ON child TO pg_monitor WITH GRANT OPTION
GRANT INSERT, REFERENCES (given) ON child TO pg_read_all_data
GRANT USAGE ON SCHEMA shop TO PUBLIC
GRANT SELECT ON more TO pg_monitor
REVOKE USAGE ON TYPE feeling FROM PUBLIC
REVOKE UPDATE (id) ON child FROM pg_monitor
ALTER TABLE child RENAME COLUMN at TO moment
ALTER TABLE child DROP COLUMN given
ALTER TABLE child RENAME TO infant
ALTER TABLE infant RENAME TO child
REVOKE DELETE ON child FROM CURRENT_USER
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO pg_monitor
ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM PUBLIC
CREATE DOMAIN late AS timestamptz
CREATE TABLE dated (id int, at timestamptz DEFAULT '2020-01-01 00:00+00', d late)
SET TimeZone = 'Asia/Tokyo'
SET quote_all_identifiers = on
RESET ALL
SET search_path = shop
CREATE TABLE placed (id int)
CREATE TABLE public.placed_too (id int)
RESET search_path
CREATE TYPE summed AS (sum late, note text)
CREATE TABLE holding (held summed, several summed[])
ALTER TYPE summed ADD ATTRIBUTE more int
ALTER TYPE summed RENAME TO holder
COMMENT ON COLUMN holder.more IS 'of it'
ALTER DOMAIN late ADD CONSTRAINT early CHECK (VALUE > '2000-01-01 00:00+00') NOT VALID
COMMENT ON CONSTRAINT early ON DOMAIN late IS 'not before'
ALTER DOMAIN late RENAME CONSTRAINT early TO first
ALTER DOMAIN late RENAME TO later
CREATE TYPE span AS RANGE (subtype = date)
CREATE TABLE spanning (span span, several span_multirange)
ALTER TYPE span_multirange RENAME TO spans
CREATE COLLATION sorted FROM "C"
ALTER TABLE placed_too ADD COLUMN word text COLLATE sorted
ALTER COLLATION sorted RENAME TO ordered
CREATE OPERATOR ~~~ (FUNCTION = int4ge, LEFTARG = int, RIGHTARG = int)
ALTER TABLE placed_too ADD CHECK (id ~~~ 3)
ALTER OPERATOR ~~~ (int, int) SET SCHEMA shop
CREATE CAST (holder AS int) WITH INOUT
COMMENT ON CAST (holder AS int) IS 'odd'
CREATE TEXT SEARCH DICTIONARY words (template = simple)
CREATE TEXT SEARCH CONFIGURATION search (parser = "default")
ALTER TEXT SEARCH CONFIGURATION search ADD MAPPING FOR word WITH words
CREATE INDEX searched ON placed_too (length(to_tsvector('search', word)))
ALTER TEXT SEARCH DICTIONARY words RENAME TO terms
ALTER TEXT SEARCH CONFIGURATION search RENAME TO found
DROP TYPE span CASCADE
DROP TABLE pointing
DROP TABLE dated
DROP MATERIALIZED VIEW kept CASCADE
DROP VIEW shown CASCADE
DROP TYPE feeling CASCADE
DROP SEQUENCE tally CASCADE
DROP TABLE people CASCADE
DROP FUNCTION doubled CASCADE
DROP SCHEMA shop CASCADE
""".strip().splitlines()


def facts(look: Sighting) -> tuple[object, ...]:
    """Locks as the server names them: a renewed look has the names of when they were taken."""
    assert isinstance(look, Look)
    return look.schema, look.handles, look.storage, look.known.pulse.locks


def same(connection: Connection, since: Sighting) -> Sighting:
    """The renewed look, after it was found equal to one from nothing.

    That one is rolled back, so that the next look may build on the renewed one.
    """
    renewed = DIALECT.sight(connection, since)
    aside = connection.in_transaction
    if aside:
        connection.execute("SAVEPOINT aside")
    whole = DIALECT.sight(connection)
    if aside:
        connection.execute("ROLLBACK TO aside")
    assert whole.schema == renewed.schema
    assert facts(whole) == facts(renewed)
    return renewed


@pytest.mark.parametrize("in_transaction", [False, True])
def test_renewed_look_equals_a_whole_one_after_every_kind_of_statement(
    postgres_server: PostgresServer, *, in_transaction: bool
) -> None:
    refused = []
    with postgres_server.database() as connection:
        if in_transaction:
            connection.execute("BEGIN")
        look = DIALECT.sight(connection)
        for number, statement in enumerate(STATEMENTS):
            if in_transaction:
                connection.execute("SAVEPOINT here")
            try:
                connection.execute(statement)
            except StatementFailed:
                refused.append(statement.split(" ")[0])
                if in_transaction:
                    connection.execute("ROLLBACK TO here")
            # What a look has missed stays missed until the object is touched again.
            seldom = number % (2 if in_transaction else 4)
            look = DIALECT.sight(connection, look) if seldom else same(connection, look)
        if in_transaction:
            connection.execute("ROLLBACK")
            look = same(connection, look)

    # Outside of a transaction each runs; inside, those that PostgreSQL does not let run there.
    assert ([] if not in_transaction else ["VACUUM"]) == refused


_SOME = st.lists(st.sampled_from([*STATEMENTS, "BEGIN", "COMMIT", "ROLLBACK"]), max_size=12)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(several=st.lists(_SOME, min_size=1, max_size=3))
def test_renewed_look_equals_a_whole_one_after_any_statements(
    postgres_server: PostgresServer, several: list[list[str]]
) -> None:
    with postgres_server.database() as connection:
        for statement in STATEMENTS[:28]:
            connection.execute(statement)
        look = DIALECT.sight(connection)
        for statements in several:
            for statement in statements:
                try:
                    connection.execute(statement)
                except StatementFailed:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
            look = same(connection, look)


def test_tables_that_need_nothing_touched_are_not_read_again(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE touched (id int PRIMARY KEY)")
        connection.execute("CREATE TABLE near (id int REFERENCES touched)")
        connection.execute("CREATE TABLE far (id int UNIQUE CHECK (id > 0))")
        before = DIALECT.sight(connection)
        connection.execute("ALTER TABLE touched ADD COLUMN name text")
        listening = Listening(connection)
        after = DIALECT.sight(listening, before)

    assert {"touched", "near"} == {"touched", "near", "far"} & listening.heard
    shared = {id(each) for each in before.schema.objects}
    assert ["touched"] == [
        each.identity.name for each in after.schema.objects if id(each) not in shared
    ]


# Each is one statement in a transaction that has more; `{}` stands for looks in between.
TAKEN_BACK = (
    "SAVEPOINT s; ALTER TABLE t ADD a int; {} ROLLBACK TO s; {}",
    "SAVEPOINT s; ALTER TABLE t ADD a int; ROLLBACK TO s; {} ALTER TABLE t ADD b int; {}",
    (
        "ALTER TABLE t ADD a int; SAVEPOINT s; {} DROP TABLE t; {} ROLLBACK TO s; {}"
        " COMMENT ON TABLE t IS 'x'; {}"
    ),
    (
        "DO $$BEGIN ALTER TABLE t ADD a int; BEGIN ALTER TABLE t ADD b int; RAISE 'no';"
        " EXCEPTION WHEN raise_exception THEN NULL; END; END$$; {}"
    ),
    "DO $$BEGIN ALTER TABLE t ADD a int; GRANT SELECT ON u TO PUBLIC; END$$; {}",
    "CREATE INDEX ON t (id); {} DEALLOCATE ALL; {} ALTER TABLE t ADD a int; {}",
)


@pytest.mark.parametrize("script", TAKEN_BACK)
def test_what_is_taken_back_is_seen_to_be(postgres_server: PostgresServer, script: str) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (id int)")
        connection.execute("CREATE TABLE u (id int)")
        connection.execute("BEGIN")
        look = DIALECT.sight(connection)
        for statement in script.split("{}"):
            if statement.strip():
                connection.execute(statement)
            look = same(connection, look)


@pytest.mark.parametrize("types", ["oid[]", "text", "int8, oid[]"])
def test_a_plan_that_is_not_ours_any_more_is_not_believed(
    postgres_server: PostgresServer, types: str
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (id int)")
        connection.execute("BEGIN")
        look = DIALECT.sight(connection)
        connection.execute("ALTER TABLE t ADD a int")
        look = same(connection, look)
        for (name,) in connection.query("SELECT name FROM pg_prepared_statements"):
            connection.execute(f"DEALLOCATE {name}; PREPARE {name} ({types}) AS SELECT 'no', $1")
        connection.execute("ALTER TABLE t ADD b int")
        look = same(connection, look)


def test_transaction_that_begins_costs_no_reading(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (id int)")
        look = DIALECT.sight(connection)
        connection.execute("BEGIN")
        listening = Listening(connection)
        inside = DIALECT.sight(listening, look)

        assert look.schema is inside.schema
        assert "t" not in listening.heard
        connection.execute("ALTER TABLE t ADD a int")
        same(connection, inside)


@pytest.mark.parametrize("before", ["", "BEGIN", "BEGIN; CREATE TABLE own (id int)"])
def test_what_another_session_writes_is_seen(postgres_server: PostgresServer, before: str) -> None:
    with postgres_server.database() as connection, connection.beside() as other:
        connection.execute("CREATE TABLE t (id int)")
        look = DIALECT.sight(connection)
        other.execute("ALTER TABLE t ADD a int")
        if before:
            connection.execute(before)

        same(connection, look)


DEFERRED = """
CREATE FUNCTION widen() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN ALTER TABLE u ADD COLUMN late int; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER later AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION widen();
"""


@pytest.mark.parametrize("made", ["", DEFERRED])
@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO t VALUES (1)", "CREATE INDEX ON t (id)", "SET TimeZone = 'Asia/Tokyo'"],
)
def test_look_behind_a_commit_equals_a_whole_one(
    postgres_server: PostgresServer, made: str, statement: str
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (id int, at timestamptz DEFAULT '2020-01-01 00:00+00')")
        connection.execute(f"CREATE TABLE u (id int); {made}")
        connection.execute("BEGIN")
        look = DIALECT.sight(connection)
        connection.execute(statement)
        look = DIALECT.sight(connection, look)
        connection.execute("COMMIT")
        look = DIALECT.committed(connection, look)

        assert facts(DIALECT.sight(connection)) == facts(look)
        connection.execute("ALTER TABLE u ADD more int")
        connection.execute("BEGIN")
        same(connection, look)


def test_what_writes_no_catalogue_costs_no_reading_of_it(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (id int)")
        connection.execute("BEGIN")
        look = DIALECT.sight(connection)
        connection.execute("INSERT INTO t SELECT 1 FROM t")
        listening = Listening(connection)
        after = DIALECT.sight(listening, look)

    assert look.schema is after.schema
    # The pulse in our settings, and the settings back.
    assert 2 == listening.asked
    assert {Lock(Identity("table", "public", "t"), "ROW EXCLUSIVE")} == after.locks
    assert {Identity("table", "public", "t"): 1} == dict(after.scans)
