"""Histories of real projects, where they lie beside the checkout: inspect, write, load, inspect."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from ci_runner.devdb.embedded import embedded
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import SqliteConnection
from ci_runner.pipeline.sources import load
from ci_runner.schema.diff import diff
from ci_runner.schema.model import Schema, Table
from tests.dialects.sqlite.judge import run

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"


def corpus(name: str) -> Path:
    place = CORPORA / name / "migrations"
    if not place.is_dir():
        pytest.skip(f"needs {place.relative_to(CORPORA.parents[1])} beside the checkout")
    return place


def run_all(texts: list[str]) -> Schema:
    """Data statements that need a function of the application's own are left out."""
    session = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    for text in texts:
        run(session, text, Counter())
    found = DIALECT.inspect(SqliteConnection(session))
    session.close()
    return found


def by_version(file: Path) -> list[int]:
    """memos keeps 0.10/00__name.sql behind 0.9/01__name.sql, and its base before all."""
    return [int(number) for number in re.findall(r"\d+", f"{file.parent.name}/{file.name}")]


def read(name: str) -> Schema:
    """Through our own format where it fits, else by the up files in their tool's order."""
    place = corpus(name)
    if name in {"conductor-sqlite", "openfga-sqlite"}:
        with embedded(DIALECT) as server:
            return load(server, str(place))
    if name == "memos-sqlite":
        base = [place / "0000_base.sql"]
        files = [*base, *sorted(place.glob("*/*.sql"), key=by_version)]
    else:
        files = sorted(place.glob("*.up.sql")) or sorted(place.glob("*.sql"))
    return run_all([file.read_text() for file in files])


@pytest.mark.parametrize(
    "name", ["authelia-sqlite", "conductor-sqlite", "memos-sqlite", "openfga-sqlite"]
)
def test_history_is_inspected_and_written_back(name: str) -> None:
    found = read(name)
    written = "".join(f"{statement.sql};\n" for statement in DIALECT.create(found))

    assert [] != list(found.of_type(Table))
    assert () == diff(found, run_all([written]))
