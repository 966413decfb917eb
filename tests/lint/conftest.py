"""Lint SQL as `schema-ci lint FILES --setup SQL` does, on real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from ci_runner.config.assume import NOTHING, Assumed
from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.embedded import embedded
from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.server import Server
from ci_runner.dialects import dialect
from ci_runner.lint.options import NO_OPTIONS, settle
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Severity
from ci_runner.lint.rules import RULES
from ci_runner.pipeline.on_server import judge
from ci_runner.schema.production import Production


class Lint(Protocol):
    """SQL of one file or several -> findings. `setup` None: nobody knows what it stands on.

    Notes are left out unless `advice` is asked for.
    """

    def __call__(
        self,
        *changes: str,
        setup: str | None = ...,
        severities: Mapping[str, Severity] = ...,
        options: Mapping[str, Mapping[str, object]] = ...,
        assumed: Assumed = ...,
        engine: str = ...,
        policy: Policy | None = ...,
        advice: bool = ...,
    ) -> tuple[Finding, ...]: ...


@pytest.fixture(scope="session")
def sqlite_server() -> Iterator[Server]:
    with embedded(dialect("sqlite")) as server:
        yield server


@pytest.fixture(scope="session")
def mysql_server(maria_server: MysqlServer) -> Server:
    return maria_server


@pytest.fixture
def lint(request: pytest.FixtureRequest, tmp_path: Path) -> Lint:
    def run(
        *changes: str,
        setup: str | None = "",
        severities: Mapping[str, Severity] = {},
        options: Mapping[str, Mapping[str, object]] = NO_OPTIONS,
        assumed: Assumed = NOTHING,
        engine: str = "postgres",
        policy: Policy | None = None,
        advice: bool = False,
    ) -> tuple[Finding, ...]:
        server: PostgresServer = request.getfixturevalue(f"{engine}_server")
        files = []
        for number, sql in enumerate(changes, 1):
            (tmp_path / f"{number}.sql").write_text(sql, encoding="utf-8")
            files.append(str(tmp_path / f"{number}.sql"))
        if setup is not None:
            (tmp_path / "setup").mkdir(exist_ok=True)
            (tmp_path / "setup" / "setup.sql").write_text(setup, encoding="utf-8")
        before = None if setup is None else str(tmp_path / "setup")
        chosen = policy or Policy(severities, options=settle(RULES, options, {}), assumed=assumed)
        production = Production(assumed=chosen.assumed.rows)
        findings = judge(server, files, before, chosen, production=production)
        return tuple(each for each in findings if advice or each.severity is not Severity.NOTE)

    return run


@pytest.fixture
def found(lint: Lint) -> Callable[..., list[tuple[str, int]]]:
    """The same without notes, as (rule, line) in order."""

    def run(*changes: str, **options: object) -> list[tuple[str, int]]:
        findings = lint(*changes, **options)  # type: ignore[arg-type]
        return [(each.rule, each.line) for each in findings if each.severity is not Severity.NOTE]

    return run
