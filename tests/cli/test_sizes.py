"""`schema-ci stats`, and what a review makes of its file."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from ci_runner.config.load import load
from ci_runner.devdb.databases import PostgresServer
from ci_runner.errors import ExitCode
from ci_runner.git import open_repository
from ci_runner.pipeline.production import production
from ci_runner.pipeline.workspace import Workspace
from ci_runner.schema.model import Identity
from tests.checkout import Checkout, new_checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return new_checkout(tmp_path / "work")


def sized(rows: int) -> str:
    table = {"schema": "", "name": "users", "rows": rows, "bytes": 8192}
    return json.dumps({"format": 1, "dialect": "sqlite", "taken": "", "tables": [table]})


def test_sizes_of_a_postgresql_database_are_read_and_nothing_is_written(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with postgres_server.database() as database:
        for each in (
            "CREATE TABLE t (id int PRIMARY KEY, d text)",
            "INSERT INTO t SELECT n, repeat('x', 900) FROM generate_series(1, 1000) n",
            "CREATE TABLE never (id int)",
            "CREATE TABLE p (id int) PARTITION BY RANGE (id)",
            "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
            "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)",
            "INSERT INTO p SELECT n FROM generate_series(0, 19) n",
            "CREATE MATERIALIZED VIEW m AS SELECT * FROM p",
            "ANALYZE t, p, p1, p2, m",
        ):
            database.execute(each)
        [(name,)] = database.query("SELECT current_database()")
        url = f"{postgres_server.owner} dbname={name}"
        words = dict(pair.split("=", 1) for pair in url.split())
        user = f"{words['user']}@" if "user" in words else ""
        here = Checkout(tmp_path, {"TARGET": f"postgres://{user}/{name}?host={words['host']}"})

        done = here.run("stats", "env:TARGET")

        [(total,)] = database.query("SELECT pg_total_relation_size('t')::text")
    tables = {each["name"]: (each["rows"], each["bytes"]) for each in done.json["tables"]}
    assert ExitCode.OK == done.code, done.err
    assert (1000, True) == (
        tables["t"][0],
        0.8 * int(str(total)) < tables["t"][1] <= int(str(total)),
    )
    assert (None, 0) == tables["never"]
    assert (20, 16384) == tables["p"]
    assert (20, 8192) == tables["m"]


def test_sizes_of_a_sqlite_file_are_counted(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "app.db") as session:
        session.execute("CREATE TABLE users (id integer PRIMARY KEY)")
        session.executemany("INSERT INTO users VALUES (?)", [(n,) for n in range(7)])
    session.close()

    [table] = Checkout(tmp_path).run("stats", "app.db").json["tables"]

    assert ("users", 7) == (table["name"], table["rows"])


@pytest.mark.parametrize(
    ("source", "said"),
    [("nowhere.sql", "is no database"), ("env:NOT_SET", "NOT_SET is not set")],
)
def test_what_is_no_database_has_no_sizes(tmp_path: Path, source: str, said: str) -> None:
    done = Checkout(tmp_path).run("stats", source)

    assert ExitCode.USAGE == done.code
    assert said in done.err


def test_what_a_change_says_of_the_tables_that_it_locks_does_not_count(checkout: Checkout) -> None:
    checkout.write("stats.json", sized(118_000_000))
    checkout.commit()
    checkout.git("checkout", "--quiet", "-b", "change")
    checkout.write("stats.json", sized(1))
    checkout.commit()
    git = open_repository(checkout.root)
    config = load(checkout.root, {}, {"stats.file": "stats.json"}, ())

    def rows(base_ref: str) -> int | None:
        base = git.merge_base("main")
        size = production(Workspace(checkout.root, config, git, base, git.head(), base_ref)).size(
            Identity("table", "", "users")
        )
        return size.rows if size else None

    assert 118_000_000 == rows("main")
    assert 1 == rows("")


@pytest.mark.parametrize(
    ("content", "said"), [(None, "No such file"), ("{}", "expected an object with `format` 1")]
)
def test_a_file_of_sizes_that_cannot_be_read_is_an_error(
    checkout: Checkout, content: str | None, said: str
) -> None:
    if content is not None:
        checkout.write("stats.json", content)

    done = checkout.run("dry-run", "--base=main", "--stats=stats.json")

    assert ExitCode.CONFIG == done.code
    assert said in done.err
    assert "schema-ci stats env:TARGET_URL > stats.json" in done.err
