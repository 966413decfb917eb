"""A cluster that is kept holds what a role without rights made, and brings back nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ci_runner.devdb.cluster import running
from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.fittings import Fittings
from ci_runner.devdb.server import Unportable
from ci_runner.devdb.states import LocalStates
from ci_runner.devdb.watchdog import Limits
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import SqlError

_DATABASES = (
    "SELECT datname, datcollate, datctype, pg_encoding_to_char(encoding) FROM pg_database"
    " ORDER BY 1"
)
_SETTINGS = (
    "SELECT name, setting FROM pg_settings WHERE source <> 'client'"
    " AND name NOT IN ('data_directory', 'unix_socket_directories', 'config_file',"
    " 'hba_file', 'ident_file') ORDER BY 1"
)
_ASKED = (_DATABASES, _SETTINGS, "SELECT system_identifier FROM pg_control_system()")
CREATED = "CREATE TABLE kept (a int)"


@pytest.fixture(scope="module")
def states(postgres_server: PostgresServer) -> LocalStates:
    assert isinstance(postgres_server.portable, LocalStates)
    return postgres_server.portable


@pytest.fixture(scope="module")
def state(states: LocalStates) -> bytes:
    with states.restored(None) as kept:
        with kept.session() as connection:
            connection.execute(CREATED)
        return kept.state()


def forged(states: LocalStates, state: bytes, *statements: str) -> bytes:
    """The same cluster after somebody with all rights has been in it."""
    with running(states.programs, state) as cluster:
        with connect(cluster.admin) as admin:
            for each in statements:
                admin.execute(each)
        return cluster.pack()


def test_a_state_comes_back_with_no_more_rights(states: LocalStates, state: bytes) -> None:
    with states.restored(state) as kept, kept.session() as connection:
        assert [(0,)] == connection.query("SELECT count(*) FROM kept")
        assert [("off",)] == connection.query("SHOW is_superuser")
        with pytest.raises(StatementFailed):
            connection.execute("COPY kept FROM PROGRAM 'echo 1'")
        with pytest.raises(StatementFailed):
            connection.execute("CREATE ROLE other")


@pytest.mark.parametrize(
    ("statement", "oddity"),
    [
        ("ALTER ROLE schema_ci SUPERUSER", "the role schema_ci"),
        ("CREATE ROLE intruder LOGIN", "the role intruder"),
        ("ALTER ROLE schema_ci PASSWORD 'secret'", "a password of schema_ci"),
        ("GRANT pg_execute_server_program TO schema_ci", "a membership of schema_ci"),
        ("ALTER ROLE postgres SET search_path = evil", "settings of a role or database"),
        ("CREATE DATABASE more", "the database more"),
    ],
)
def test_a_cluster_that_no_pull_request_makes_is_not_used(
    states: LocalStates, state: bytes, statement: str, oddity: str
) -> None:
    made = forged(states, state, statement)

    with pytest.raises(Unportable, match=f"the cluster holds {oddity}"), states.restored(made):
        pass


def test_a_password_is_not_kept(states: LocalStates) -> None:
    with states.restored(None) as kept:
        with kept.session() as connection:
            connection.execute("ALTER ROLE CURRENT_USER PASSWORD 'of the migration'")
        with pytest.raises(Unportable, match="the cluster holds a password of schema_ci"):
            kept.state()


def test_configuration_is_written_anew(states: LocalStates, state: bytes) -> None:
    made = forged(states, state, "ALTER SYSTEM SET log_connections = on")

    with states.restored(made) as kept, kept.session() as connection:
        assert [("off",)] == connection.query("SHOW log_connections")
        assert [("local", "trust")] == _hba(states, made)


def _hba(states: LocalStates, state: bytes) -> list[tuple[object, ...]]:
    with running(states.programs, state) as cluster, connect(cluster.admin) as admin:
        return admin.query("SELECT type, auth_method FROM pg_hba_file_rules")


@pytest.fixture
def no_machine_cache(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return str(tmp_path)


def test_initdb_runs_once_per_machine_and_its_result_is_the_same(
    states: LocalStates, no_machine_cache: str
) -> None:
    found = []
    for _ in range(2):
        with running(states.programs) as cluster, connect(cluster.admin) as admin:
            found.append([admin.query(each) for each in _ASKED])

    assert found[0] == found[1]


def test_a_damaged_result_of_initdb_is_made_again(
    states: LocalStates, no_machine_cache: str
) -> None:
    from ci_runner.devdb.store import of_this_machine

    store = of_this_machine()
    assert store is not None
    store.save(states.programs.installed(), b"not what we pack")

    with running(states.programs) as cluster, connect(cluster.admin) as admin:
        assert [(1,)] == admin.query("SELECT 1")


def test_what_runs_in_a_cluster_that_may_be_kept_is_watched(states: LocalStates) -> None:
    hasty = LocalStates(states.programs, Limits(total_seconds=1))
    with hasty.restored(None) as kept:
        with (
            kept.session() as connection,
            pytest.raises(SqlError, match="took longer than 1 seconds"),
        ):
            connection.execute("SELECT pg_sleep(30)")
        with pytest.raises(SqlError, match="took longer than 1 seconds"):
            kept.state()
        with pytest.raises(SqlError, match="took longer than 1 seconds"), kept.session():
            pass


@pytest.fixture(scope="module")
def fitted(states: LocalStates) -> LocalStates:
    return replace(states, fittings=Fittings(("app", "Read O'nly"), ("postgres_fdw", "citext@1.6")))


@pytest.fixture(scope="module")
def fitted_state(fitted: LocalStates) -> bytes:
    with fitted.restored(None) as kept:
        with kept.session() as connection:
            connection.execute("CREATE SCHEMA mine AUTHORIZATION app")
            connection.execute("CREATE TABLE mine.kept (a citext)")
            connection.execute('GRANT USAGE ON SCHEMA public TO "Read O\'nly"')
        return kept.state()


def test_roles_and_extensions_come_back(fitted: LocalStates, fitted_state: bytes) -> None:
    with fitted.restored(fitted_state) as kept:
        with kept.session() as connection:
            assert [("citext",), ("postgres_fdw",)] == connection.query(
                "SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1"
            )
            # They are where a migration finds them.
            assert [("public",)] == connection.query(
                "SELECT typnamespace::regnamespace::text FROM pg_type WHERE typname = 'citext'"
            )
            connection.execute("ALTER SCHEMA mine OWNER TO schema_ci")
            connection.execute("SET ROLE app")
            with pytest.raises(StatementFailed):
                connection.execute("CREATE ROLE other")
        assert kept.state()


@pytest.mark.parametrize(
    ("statement", "oddity"),
    [
        ("GRANT app TO schema_ci WITH ADMIN OPTION", "a membership of schema_ci"),
        ('GRANT app TO "Read O\'nly"', "a membership of Read O'nly"),
        ("GRANT pg_monitor TO app", "a membership of app"),
        ("GRANT pg_read_server_files TO schema_ci", "a membership of schema_ci"),
        ("ALTER ROLE app CREATEROLE", "the role app"),
        ("ALTER ROLE app PASSWORD 'x'", "a password of app"),
        ("CREATE ROLE third", "the role third"),
    ],
)
def test_roles_with_more_than_they_were_given_are_not_used(
    fitted: LocalStates, fitted_state: bytes, statement: str, oddity: str
) -> None:
    made = forged(fitted, fitted_state, statement)

    with (
        pytest.raises(Unportable, match=f"the cluster holds {re.escape(oddity)}"),
        fitted.restored(made),
    ):
        pytest.fail("it was used")


def test_a_cluster_with_roles_is_of_no_use_without(
    states: LocalStates, fitted_state: bytes
) -> None:
    with (
        pytest.raises(Unportable, match="the cluster holds the role"),
        states.restored(fitted_state),
    ):
        pytest.fail("it was used")


def test_a_name_says_what_databases_begin_with(states: LocalStates, fitted: LocalStates) -> None:
    given = fitted.fittings
    others = (
        states,
        fitted,
        replace(fitted, fittings=replace(given, roles=("app",))),
        replace(fitted, fittings=replace(given, extensions=("citext@1.5",))),
        replace(fitted, fittings=replace(given, available=("citext@1.7",))),
        replace(fitted, fittings=replace(given, options="ENCODING 'LATIN1'")),
    )

    assert len(others) == len({each.identity for each in others})
