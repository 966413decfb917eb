"""Whatever a cache holds, the state that merged files reach is the one that a replay reaches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.embedded import embedded
from ci_runner.devdb.local import local_postgres
from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.prefilled import prefilled
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.prepare import prepared
from ci_runner.devdb.reach import Cache, names, reach, standing
from ci_runner.devdb.replay import Script, script
from ci_runner.devdb.server import Server
from ci_runner.devdb.store import Store
from ci_runner.dialects.sqlite import DIALECT as SQLITE
from ci_runner.errors import SqlError
from ci_runner.migrations.directory import MigrationFile
from ci_runner.schema.model import Schema


def history(*contents: str) -> tuple[MigrationFile, ...]:
    """Files of the plain format, in this order."""
    return tuple(
        MigrationFile(f"m/{number}.sql", f"{number}.sql", sql.encode(), str(number), "")
        for number, sql in enumerate(contents, start=1)
    )


TABLES = history("CREATE TABLE a (x int);", "CREATE TABLE b (x int);", "DROP TABLE a;")


def reached(
    server: Server, files: Sequence[MigrationFile], cache: Cache | None
) -> tuple[Schema | str, list[str]]:
    """The schema, or the error's words; and what was said of snapshots."""
    said: list[str] = []
    try:
        with reach(server, files, "plain", cache, said.append) as connection:
            return server.dialect.inspect(connection), said
    except SqlError as failed:
        return str(failed), said


DRAWN = history("CREATE TABLE drawn AS SELECT random() AS n;")


@pytest.mark.parametrize(("worth", "runs"), [(0.0, 1), (60.0, 2)])
def test_what_takes_long_is_replayed_once_for_several_databases(
    server: Server, worth: float, runs: int
) -> None:
    with standing(server, DRAWN, "plain", worth=worth) as (first, again):
        found = []
        for opened in (first, again):
            with opened() as connection:
                found += connection.query("SELECT n FROM drawn")
                connection.execute("DELETE FROM drawn")

    assert len({*found}) == runs
    assert len(found) == 2


def test_a_session_that_lacks_nothing_is_worth_another_replay(
    postgres_server: PostgresServer,
) -> None:
    files = history("CREATE TEMP TABLE mine (x int);", "CREATE TABLE a (x int);")

    with standing(postgres_server, files, "plain", worth=0.0) as (first, _), first() as connection:
        assert connection.query("SELECT x FROM mine") == []


def test_a_failure_of_merged_files_is_told_before_any_database_is_opened(server: Server) -> None:
    with (
        pytest.raises(SqlError, match="does not run"),
        standing(server, history("SELECT nowhere;"), "plain"),
    ):
        pytest.fail("nothing stands")


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(Store(tmp_path / "cache", b"key"))


@pytest.fixture(params=["postgres", "sqlite"])
def server(request: pytest.FixtureRequest) -> Server:
    if request.param == "postgres":
        made: Server = request.getfixturevalue("postgres_server")
        return made
    with embedded(SQLITE) as sqlite:
        return sqlite


def test_a_second_run_replays_nothing(server: Server, cache: Cache) -> None:
    expected, _ = reached(server, TABLES, None)

    assert (expected, []) == reached(server, TABLES, cache)
    assert (expected, ["3 of 3 merged files come from a snapshot"]) == reached(
        server, TABLES, cache
    )


def test_a_grown_history_goes_on_from_the_longest_known_prefix(
    server: Server, cache: Cache
) -> None:
    reached(server, TABLES[:1], cache)
    reached(server, TABLES[:2], cache)
    expected, _ = reached(server, TABLES, None)

    assert (expected, ["2 of 3 merged files come from a snapshot"]) == reached(
        server, TABLES, cache
    )
    assert ["3 of 3 merged files come from a snapshot"] == reached(server, TABLES, cache)[1]


def test_a_damaged_snapshot_is_told_in_one_line_and_replaced(server: Server, cache: Cache) -> None:
    expected, _ = reached(server, TABLES, cache)
    (place,) = cache.store.folder.iterdir()
    written = bytearray(place.read_bytes())
    written[-1] ^= 1
    place.write_bytes(written)
    reason = "it is damaged, or signed with another secret"

    assert (expected, [f"snapshot {place.name[:12]} is not used: {reason}"]) == reached(
        server, TABLES, cache
    )
    assert ["3 of 3 merged files come from a snapshot"] == reached(server, TABLES, cache)[1]


def test_a_signed_file_that_is_no_state_is_told_and_done_without(
    server: Server, cache: Cache
) -> None:
    assert server.portable is not None
    expected, _ = reached(server, TABLES, None)
    cache.store.save(names(server.portable.identity, TABLES, "plain")[-1], b"not what we pack")

    found, (said,) = reached(server, TABLES, cache)

    assert expected == found
    assert "is not used: it can't be decompressed" in said


def test_a_run_that_is_not_trusted_reads_and_never_writes(server: Server, cache: Cache) -> None:
    reader = Cache(cache.store, writable=False)
    expected, said = reached(server, TABLES, reader)

    assert [] == said
    assert frozenset() == cache.store.names()

    reached(server, TABLES[:2], cache)
    kept = cache.store.names()

    assert (expected, ["2 of 3 merged files come from a snapshot"]) == reached(
        server, TABLES, reader
    )
    assert kept == cache.store.names()


def test_what_fails_behind_a_snapshot_is_told_as_without(server: Server, cache: Cache) -> None:
    broken = (*TABLES[:2], *history("", "", "SELECT * FROM nothing;")[2:])
    expected, _ = reached(server, broken, None)
    reached(server, TABLES[:2], cache)
    found, _ = reached(server, broken, cache)

    assert expected == found
    assert "m/3.sql:1" in str(found)


def test_files_that_share_a_temporary_table_leave_no_snapshot_between_them(
    server: Server, cache: Cache
) -> None:
    files = history(
        "CREATE TEMP TABLE kept AS SELECT 1 AS x;", "CREATE TABLE a AS SELECT x FROM kept;"
    )
    expected, _ = reached(server, files, None)

    assert ["no snapshot is kept: it would lack temporary objects"] == reached(
        server, files[:1], cache
    )[1]
    assert expected == reached(server, files, cache)[0]
    assert frozenset() == cache.store.names()


def test_settings_for_later_sessions_leave_no_snapshot(
    postgres_server: PostgresServer, cache: Cache
) -> None:
    files = history("ALTER ROLE CURRENT_USER SET search_path = elsewhere;")

    _, said = reached(postgres_server, files, cache)

    assert ["no snapshot is kept: it would lack settings of the database or its owner"] == said
    assert frozenset() == cache.store.names()


def test_a_given_server_says_that_nothing_is_kept_for_it(
    postgres_server: PostgresServer, cache: Cache
) -> None:
    given_server = PostgresServer("a given server", postgres_server.admin, postgres_server.admin)

    assert ["no snapshots: what a given server holds can't be kept between runs"] == reached(
        given_server, TABLES, cache
    )[1]


def _setup(server: Server, text: str) -> tuple[Script, ...]:
    return (
        script(
            MigrationFile("setup.sql", "setup.sql", text.encode(), "", ""), "plain", server.dialect
        ),
    )


def _begun(server: Server, text: str) -> Server:
    """The same, whose databases begin with what `text` makes."""
    setup = _setup(server, text)
    match server:
        case PostgresServer():
            wishes = Preparation(roles=("reader",), extensions=("postgres_fdw",), setup=setup)
            return prepared(server, wishes, ours=True)
        case MysqlServer():
            return replace(server, setup=setup, portable=prefilled(server.portable, setup))
        case _:
            with embedded(SQLITE, setup) as sqlite:
                return sqlite


@pytest.fixture(params=["postgres", "mariadb", "sqlite"])
def any_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Of its own on PostgreSQL: roles are everybody's."""
    match request.param:
        case "postgres":
            with local_postgres() as postgres:
                yield postgres
        case "mariadb":
            yield request.getfixturevalue("maria_server")
        case _:
            with embedded(SQLITE) as sqlite:
                yield sqlite


BEHIND = history("ALTER TABLE legacy ADD COLUMN name varchar(9);", "CREATE TABLE b (x int);")


def test_what_databases_begin_with_is_part_of_what_is_kept(
    any_server: Server, cache: Cache
) -> None:
    server = _begun(any_server, "CREATE TABLE legacy (id int); CREATE TABLE empty (id int);")
    expected, _ = reached(server, BEHIND, None)

    assert (expected, []) == reached(server, BEHIND, cache)
    assert (expected, ["2 of 2 merged files come from a snapshot"]) == reached(
        server, BEHIND, cache
    )

    other = _begun(any_server, "CREATE TABLE legacy (id int);")
    assert [] == reached(other, BEHIND, cache)[1]
    assert reached(other, BEHIND, None)[0] == reached(other, BEHIND, cache)[0] != expected


def test_a_set_up_that_a_state_would_lack_is_not_kept(cache: Cache) -> None:
    with embedded(SQLITE) as sqlite:
        server = _begun(sqlite, "CREATE TEMP TABLE mine AS SELECT 1 AS x;")
    files = history("CREATE TABLE a AS SELECT x FROM mine;")
    expected, _ = reached(server, files, None)

    assert (
        expected,
        ["no snapshot is kept: of what set-up makes it would lack temporary objects"],
    ) == reached(server, files, cache)
    assert frozenset() == cache.store.names()


def test_a_superuser_s_cluster_is_not_kept(superuser_server: PostgresServer) -> None:
    assert superuser_server.portable is None


def test_a_name_says_all_that_a_state_depends_on() -> None:
    (file,) = history("SELECT 1;")
    variants = [
        names("postgres", (file,), "plain")[-1],
        names("other", (file,), "plain")[-1],
        names("postgres", (file,), "atlas")[-1],
        names("postgres", (file, file), "plain")[-1],
        *(
            names("postgres", (MigrationFile(*changed),), "plain")[-1]
            for changed in (
                ("m/1.sql", "1.sql", b"SELECT 2;", "1", ""),
                ("m/1.sql", "2.sql", b"SELECT 1;", "1", ""),
                ("m/1.sql", "1.sql", b"SELECT 1;", "1", "", "repeatable"),
                ("m/1.sql", "1.sql", b"SELECT 1;", "1", "", "up", False),
            )
        ),
    ]

    assert len(variants) == len(set(variants))


def test_a_moved_directory_keeps_its_names() -> None:
    (file,) = history("SELECT 1;")
    moved = MigrationFile("elsewhere/1.sql", *(file.name, file.content, file.version, ""))

    assert names("", (file,), "plain") == names("", (moved,), "plain")


_STATEMENTS = st.sampled_from(
    [
        "CREATE TABLE a (x int);",
        "CREATE TABLE b (x int);",
        "DROP TABLE a;",
        "ALTER TABLE a ADD COLUMN y int;",
        "ALTER TABLE a RENAME TO b;",
        "CREATE INDEX i ON a (x);",
        "CREATE TEMP TABLE a (z int);",
        "CREATE VIEW v AS SELECT * FROM a;",
        "INSERT INTO a (x) VALUES (1);",
    ]
)
_HISTORIES = st.lists(st.lists(_STATEMENTS, max_size=5), min_size=1, max_size=5)


@settings(deadline=None, max_examples=30)
@given(several=_HISTORIES, writable=st.booleans())
def test_edits_of_a_history_never_meet_a_wrong_state(
    tmp_path_factory: pytest.TempPathFactory, several: list[list[str]], writable: bool
) -> None:
    store = Store(tmp_path_factory.mktemp("cache"), b"key")
    with embedded(SQLITE) as server:
        for contents in several:
            for edited in (contents, contents[::-1], contents[1:], [*contents, *contents]):
                files = history(*edited)
                expected, _ = reached(server, files, None)

                assert expected == reached(server, files, Cache(store, writable))[0]
                assert expected == reached(server, files, Cache(store))[0]
