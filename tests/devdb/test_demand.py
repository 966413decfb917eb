"""A server of our own does not start where every database comes from a snapshot."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.demand import OnDemand
from ci_runner.devdb.folders import leftover_folders
from ci_runner.devdb.local import find_binaries
from ci_runner.devdb.marker import this_run
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.provision import provision
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import Connection


def clusters() -> set[str]:
    """The folders of the servers that this process has started."""
    return {each.name for each in leftover_folders() if each.marker == this_run()}


def test_it_starts_for_its_first_database_where_it_has_started_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgres_server: PostgresServer
) -> None:
    if find_binaries() is None:
        pytest.skip("needs PostgreSQL's programs")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    before = clusters()

    with provision("local://postgres", "postgres", say=lambda _: None) as first:
        assert 1 == len(clusters() - before)
        described = first.description, first.portable

    with provision("local://postgres", "postgres", say=lambda _: None) as second:
        assert isinstance(second, OnDemand)
        assert described == (second.description, second.portable)
        assert set() == clusters() - before
        for _ in range(2):
            with second.database() as connection:
                assert [(1,)] == connection.query("SELECT 1")
        assert 1 == len(clusters() - before)
    assert set() == clusters() - before


@pytest.mark.parametrize(
    "asked",
    [Preparation(superuser=True), Preparation(roles=("app",)), Preparation(extensions=("ltree",))],
)
def test_it_starts_at_once_where_something_is_asked_of_it(asked: Preparation) -> None:
    assert not asked.asks_for_nothing
    assert Preparation().asks_for_nothing


def test_a_snapshot_is_taken_of_the_server_that_it_starts(
    postgres_server: PostgresServer,
) -> None:
    opened: list[Server] = []

    def start() -> nullcontext[Server]:
        opened.append(postgres_server)
        return nullcontext(postgres_server)

    def fill(connection: Connection) -> None:
        connection.execute("CREATE TABLE kept (a int)")

    with ExitStack() as stack:
        later = OnDemand(stack, start, postgres_server.dialect, "PostgreSQL", None)
        assert [] == opened
        with (
            later.snapshot(fill) as snapshot,
            later.snapshot(lambda _: None, snapshot) as again,
            again.copy() as connection,
        ):
            assert [(0,)] == connection.query("SELECT count(*) FROM kept")
    assert [postgres_server] == opened
