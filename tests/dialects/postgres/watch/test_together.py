"""What statements did that were looked at together is what a look after each of them tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.transaction import rolled_back
from ci_runner.devdb.watching import watch
from ci_runner.dialects.base import Connection, Dialect, Sighting
from ci_runner.dialects.postgres import DIALECT
from ci_runner.dialects.postgres.dialect import PostgresDialect
from ci_runner.migrations.history import Step
from ci_runner.migrations.statements import split
from tests.dialects.listening import Listening

BASE = """
CREATE SCHEMA app;
CREATE DOMAIN code AS text CHECK (VALUE <> '');
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
CREATE TABLE a (id int PRIMARY KEY, n int);
CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a);
CREATE TABLE c (id serial PRIMARY KEY, b_id int REFERENCES b, word text);
CREATE TABLE app.a (id int, m mood);
CREATE TABLE seen (id int, n int);
CREATE VIEW seeing AS SELECT id, seen.n FROM seen JOIN a USING (id);
CREATE TABLE parent (id int, at date);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE parted (id int) PARTITION BY RANGE (id);
CREATE TABLE low PARTITION OF parted FOR VALUES FROM (0) TO (10);
INSERT INTO a VALUES (1, 1), (2, NULL);
INSERT INTO b VALUES (1, 1);
"""
# Of one table, so that some follow each other and some do not go together.
PLAIN = """
ALTER TABLE {t} ADD COLUMN x{k} int
ALTER TABLE {t} ADD COLUMN x{k} int NOT NULL DEFAULT 7, ADD COLUMN y{k} text
ALTER TABLE {t} ADD COLUMN x{k} mood
ALTER TABLE {t} ADD COLUMN x{k} code
ALTER TABLE {t} ADD COLUMN x{k} serial
ALTER TABLE {t} ADD COLUMN x{k} int UNIQUE REFERENCES a
ALTER TABLE {t} ADD COLUMN x{k} int DEFAULT twice(2)
ALTER TABLE {t} ADD COLUMN x{k} double precision DEFAULT random()
ALTER TABLE {t} ALTER id SET DEFAULT twice(2)
ALTER TABLE {t} ALTER id SET NOT NULL
ALTER TABLE {t} ALTER id DROP DEFAULT
ALTER TABLE {t} ADD CONSTRAINT k{k} CHECK (id > 0)
ALTER TABLE {t} ADD CONSTRAINT k{k} CHECK (id > 0) NOT VALID
ALTER TABLE {t} ADD CONSTRAINT k{k} CHECK (twice(id) > 0)
ALTER TABLE {t} ADD CONSTRAINT k{k} UNIQUE (id)
ALTER TABLE {t} ADD CONSTRAINT k{k} FOREIGN KEY (id) REFERENCES a (id)
ALTER TABLE {t} ADD CONSTRAINT k{k} FOREIGN KEY (id) REFERENCES m (id)
CREATE INDEX i{k} ON {t} (id)
CREATE INDEX ON {t} (id) WHERE id > 5
CREATE UNIQUE INDEX u{k} ON {t} (twice(id))
CREATE INDEX IF NOT EXISTS i1 ON {t} (id)
COMMENT ON TABLE {t} IS 'about {k}'
COMMENT ON COLUMN {t}.id IS 'about {k}'
COMMENT ON TABLE {t} IS NULL
CREATE TABLE m{k} (id int PRIMARY KEY, {t}_id int, at timestamptz DEFAULT now())
CREATE TABLE IF NOT EXISTS m (id serial PRIMARY KEY, a_id int REFERENCES a, CHECK (a_id > 0))
CREATE TABLE l{k} (LIKE {t} INCLUDING ALL)
CREATE TABLE p{k} PARTITION OF parted FOR VALUES FROM ({k}0) TO ({k}9)
CREATE TEMP TABLE {t} (id int)
CREATE INDEX i{k} ON m (id)
ALTER TABLE m ADD COLUMN x{k} int
""".strip().splitlines()
OTHERS = """
ALTER TABLE {t} RENAME COLUMN id TO key
ALTER TABLE {t} DROP COLUMN id CASCADE
ALTER TABLE {t} RENAME TO r{k}
ALTER TABLE {t} ALTER id TYPE bigint
DROP TABLE {t} CASCADE
INSERT INTO {t} (id) VALUES (5)
DO $$BEGIN ALTER TABLE {t} ADD z{k} int; CREATE INDEX ON a (id); END$$
GRANT SELECT ON {t} TO PUBLIC
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC
CREATE POLICY q{k} ON {t} USING (id > 1)
SET search_path = app, public
SAVEPOINT s
ROLLBACK TO s
DEALLOCATE ALL
""".strip().splitlines()
TABLES = ("a", "b", "c", "app.a", "seen", "parent", "parted", "child", "missing", "seeing")


class OneByOne(PostgresDialect):
    """PostgreSQL with a look behind each statement."""

    def together(
        self, _connection: Connection, _statements: Iterable[str], _since: Sighting
    ) -> None:
        return None


Based = tuple[Connection, Sighting]


@pytest.fixture(scope="module")
def based(postgres_server: PostgresServer) -> Iterator[Based]:
    with postgres_server.database() as connection:
        connection.execute(BASE)
        yield connection, DIALECT.sight(connection)


def effects(based: Based, dialect: Dialect, sql: Iterable[str]) -> list[Step]:
    """What each did in a transaction that is rolled back, without the time that it took."""
    connection, look = based
    statements = split(";\n".join(sql) + ";", "1.sql", dialect.syntax)
    with rolled_back(connection):
        connection.execute("BEGIN")
        steps, _ = watch(connection, dialect, statements, dialect.sight(connection, look))
    connection.reset()
    return [replace(each, seconds=0.0) for each in steps]


def same(based: Based, statements: Sequence[str]) -> list[Step]:
    """The steps, found to be the same both ways."""
    found = effects(based, DIALECT, statements)
    for each, expected in zip(found, effects(based, OneByOne(), statements), strict=True):
        assert expected.observed == each.observed, each.statement.text
        assert expected == each, each.statement.text
    return found


def test_each_kind_of_statement_is_told_as_by_itself(based: Based) -> None:
    """Each stands among others that are looked at together, on a table that none of them has."""
    for number, statement in enumerate(PLAIN, 1):
        same(
            based,
            (
                "ALTER TABLE b ADD COLUMN other int",
                statement.format(t="c", k=number),
                "CREATE TABLE other (id int PRIMARY KEY, b_id int REFERENCES b)",
                "CREATE INDEX ON b (a_id)",
            ),
        )


_SOME = st.builds(
    lambda statement, table, number: statement.format(t=table, k=number),
    st.sampled_from([*PLAIN, *PLAIN, *OTHERS]),
    st.sampled_from(TABLES),
    st.integers(1, 9),
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(statements=st.lists(_SOME, min_size=2, max_size=12))
def test_any_statements_are_told_as_by_themselves(based: Based, statements: list[str]) -> None:
    same(based, statements)


def test_one_look_is_enough_for_statements_on_different_tables(based: Based) -> None:
    connection, _ = based

    def exchanges(statements: Sequence[str]) -> int:
        listening = Listening(connection)
        effects((listening, based[1]), DIALECT, statements)
        return listening.asked

    two = ("ALTER TABLE b ADD COLUMN x int", "CREATE INDEX ON a (n)")
    four = (*two, "CREATE INDEX ON a (id)", "CREATE UNIQUE INDEX ON b (id)")
    exchanges(four)  # plans are made once

    assert 2 == exchanges(four) - exchanges(two)


def test_statement_that_fails_takes_nothing_from_those_before_it(based: Based) -> None:
    added, indexed, failed = same(
        based,
        (
            "ALTER TABLE a ADD COLUMN x int",
            "CREATE INDEX named ON b (a_id)",
            "ALTER TABLE c ADD COLUMN word int",
            "CREATE TABLE m (id int)",
        ),
    )

    assert ["x"] == [each.identity.name for each in added.observed.changes]
    assert ["named"] == [each.identity.name for each in indexed.observed.changes]
    assert failed.failure is not None
    assert "42701" == failed.failure.code
    assert indexed.after == failed.before == failed.after


def test_locks_on_what_is_named_in_passing_are_told_of_each(based: Based) -> None:
    _, made, altered = same(
        based,
        (
            "ALTER TABLE c ADD COLUMN x int",
            "CREATE TABLE m (id int, a_id int REFERENCES a, b_id int REFERENCES b)",
            "ALTER TABLE b ADD FOREIGN KEY (id) REFERENCES a",
        ),
    )

    assert {("a", "SHARE ROW EXCLUSIVE"), ("b", "SHARE ROW EXCLUSIVE")} == {
        (each.relation.name, each.mode) for each in made.observed.locks
    }
    assert [("a", "ROW SHARE")] == [
        (each.relation.name, each.mode) for each in altered.observed.locks
    ]
    assert {"a", "b"} == {each.name for each in altered.observed.scanned}


CODE = """
CREATE TABLE log (at int);
CREATE FUNCTION note() RETURNS event_trigger LANGUAGE plpgsql AS
$$ BEGIN EXECUTE 'ALTER TABLE log ADD COLUMN ' || quote_ident('c' || random()) || ' int'; END $$;
CREATE EVENT TRIGGER noting ON ddl_command_end WHEN TAG IN ('CREATE INDEX')
EXECUTE FUNCTION note();
CREATE TABLE t (id int);
CREATE TABLE u (id int);
"""


def test_where_code_runs_unnamed_each_statement_has_a_look(
    superuser_server: PostgresServer,
) -> None:
    with superuser_server.database() as connection:
        connection.execute(CODE)
        based = connection, DIALECT.sight(connection)
        steps = effects(
            based, DIALECT, ("CREATE INDEX i ON t (id)", "ALTER TABLE u ADD x int", "SELECT 1")
        )

    changed = [{each.identity.parent for each in step.observed.changes} for step in steps]
    assert [{"", "log"}, {"u"}, set()] == changed  # an index names no parent
