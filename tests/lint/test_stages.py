"""Old rows get a default in batches: all of them, each once, beside rows that are new."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.replay import replay, script
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres import DIALECT
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Severity
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.reader import read_files
from ci_runner.pipeline.change import Change
from ci_runner.pipeline.review import review

ADD = "ALTER TABLE users ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid();\n"
KEYS = {
    "integer": "g * 3",
    "uuid": "gen_random_uuid()",
    "text": "'é' || g",
}


def fixed(server: PostgresServer, root: Path, setup: str, sql: str = ADD) -> MigrationFile | None:
    """What is offered in the place of a file, on a dev database without rows."""
    merged = {"1_a.sql": setup.encode()}
    base = read_files("m", "plain", merged)
    head = read_files("m", "plain", {**merged, "2_b.sql": sql.encode()})
    change = Change("shop", base, head, (), datetime(2026, 1, 1, tzinfo=UTC))
    offered = review(server, root, change, Policy({"lock-timeout-missing": Severity.OFF})).rewritten
    return offered[0].file if offered else None


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("rows", [0, 1, 1000, 2500])
def test_every_row_gets_a_value_of_its_own(
    key: str, rows: int, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    setup = f'CREATE TABLE users (id {key} PRIMARY KEY, "low" int);\n'
    file = fixed(postgres_server, tmp_path, setup)
    assert file is not None
    with postgres_server.database() as connection:
        connection.execute(setup)
        connection.execute(
            f"INSERT INTO users SELECT {KEYS[key]} FROM generate_series(1, {rows}) g"
        )
        replay(connection, (script(file, "plain", DIALECT),))

        told = connection.query("SELECT count(*), count(DISTINCT token) FROM users")
        with pytest.raises(StatementFailed, match="null value"):
            connection.execute("UPDATE users SET token = NULL; INSERT INTO users VALUES (NULL)")

    assert [(rows, rows)] == told


@pytest.mark.parametrize(
    "setup",
    [
        "CREATE TABLE users (id int);",
        "CREATE TABLE users (a int, b int, PRIMARY KEY (a, b));",
        "CREATE TABLE users (id int PRIMARY KEY) PARTITION BY RANGE (id);",
        "CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE some () INHERITS (users);",
    ],
)
def test_without_a_key_of_one_column_to_walk_by_nothing_is_offered(
    setup: str, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    assert fixed(postgres_server, tmp_path, setup) is None
