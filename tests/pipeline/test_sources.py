"""What a command line's SRC means when it is a SQLite database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ci_runner.devdb.embedded import embedded
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.errors import DatabaseError, UsageError
from ci_runner.pipeline.sources import dialect_of_source, load


def names(source: str) -> list[str]:
    with embedded(DIALECT) as server:
        return [each.identity.name for each in load(server, source).objects]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("plain.db", 'it\'s "my" file.sqlite', "a%20b.db", "what?.db", "no_suffix"):
        session = sqlite3.connect(tmp_path / name)
        session.execute("CREATE TABLE t (a)")
        session.close()
    return tmp_path


@pytest.mark.parametrize(
    "source",
    [
        "plain.db",
        "{}/plain.db",
        "sqlite://plain.db",
        "sqlite://{}/plain.db",
        "sqlite://plain.db?mode=rwc",
        'it\'s "my" file.sqlite',
        "sqlite://it's%20%22my%22%20file.sqlite",
        'sqlite://it\'s "my" file.sqlite',
        "a%20b.db",
        "sqlite://a%2520b.db",
        "what?.db",
        "sqlite://what%3F.db",
        "no_suffix",
    ],
)
def test_database_file_is_read(source: str, folder: Path) -> None:
    written = source.format(folder)

    assert ["t"] == names(written)
    assert "sqlite" == dialect_of_source(written)


@pytest.mark.parametrize("source", ["gone.db", "sqlite://gone.db", "sqlite:///gone/x.db"])
def test_missing_database_is_an_error_and_is_not_made(source: str, folder: Path) -> None:
    before = sorted(folder.iterdir())
    with pytest.raises(DatabaseError, match="does not exist"):
        names(source)

    assert before == sorted(folder.iterdir())


@pytest.mark.parametrize("source", ["sqlite://", "sqlite:///", "sqlite://:memory:"])
def test_url_without_a_file_is_an_error(source: str) -> None:
    with pytest.raises(UsageError, match="names no database file"):
        names(source)


def test_database_of_another_engine_is_an_error() -> None:
    with pytest.raises(UsageError, match="the source is a postgres database"):
        names("postgres://localhost/x")


def test_empty_file_is_an_empty_database(folder: Path) -> None:
    (folder / "empty.db").touch()

    assert [] == names("empty.db")
