"""Our own rules have nothing to say against an online plan, and do against the short form."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import PlanOptions
from ci_runner.dialects.postgres import DIALECT
from ci_runner.migrations.plan import make_plan, written
from ci_runner.migrations.reader import read_files
from tests.lint.conftest import Lint

BLOCKING = {
    "add-check-validates",
    "add-fk-validates",
    "add-pk-index",
    "add-unique-index",
    "concurrently-in-transaction",
    "create-index-blocking",
    "drop-index-blocking",
    "set-not-null-scan",
    "validate-same-tx",
}
T = "CREATE TABLE t (a integer, b integer NOT NULL);"
KEYED = T + "CREATE TABLE u (id integer PRIMARY KEY);"


def found(server: PostgresServer, lint: Lint, old: str, new: str, *, online: bool) -> set[str]:
    """The rules that speak against the files of a plan."""
    with server.database() as left, server.database() as right:
        left.execute(old)
        right.execute(new)
        plan = make_plan(
            DIALECT, DIALECT.inspect(left), DIALECT.inspect(right), PlanOptions(online=online)
        )
    when = datetime(2026, 1, 1, tzinfo=UTC)
    grown, _ = written(plan, read_files("db", "atlas", {}), when, DIALECT.syntax)
    findings = lint(*(file.content.decode() for file in grown.files), setup=old)
    assert "syntax-error" not in {each.rule for each in findings}
    return BLOCKING & {each.rule for each in findings}


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (T, f"{T} CREATE INDEX i ON t (a);", {"create-index-blocking"}),
        (f"{T} CREATE INDEX i ON t (a);", T, {"drop-index-blocking"}),
        (
            f"{T} CREATE INDEX i ON t (a);",
            f"{T} CREATE INDEX i ON t (b);",
            {"create-index-blocking", "drop-index-blocking"},
        ),
        (T, f"{T} ALTER TABLE t ADD CHECK (a > 0);", {"add-check-validates"}),
        (KEYED, f"{KEYED} ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u;", {"add-fk-validates"}),
        (T, f"{T} ALTER TABLE t ALTER a SET NOT NULL;", {"set-not-null-scan"}),
        (T, f"{T} ALTER TABLE t ADD UNIQUE (a);", {"add-unique-index"}),
        (T, f"{T} ALTER TABLE t ADD PRIMARY KEY (b);", {"add-pk-index"}),
        (T, f"{T} ALTER TABLE t ADD PRIMARY KEY (a);", {"add-pk-index", "set-not-null-scan"}),
        (
            KEYED,
            KEYED + "ALTER TABLE t ADD UNIQUE (a);"
            "ALTER TABLE u ADD FOREIGN KEY (id) REFERENCES t (a);",
            {"add-unique-index", "add-fk-validates"},
        ),
    ],
)
def test_only_the_short_form_of_a_plan_blocks(
    old: str,
    new: str,
    rules: set[str],
    postgres_server: PostgresServer,
    lint: Lint,
) -> None:
    short = found(postgres_server, lint, old, new, online=False)
    online = found(postgres_server, lint, old, new, online=True)

    assert rules == short
    assert set() == online
