from __future__ import annotations

import json
import sqlite3

import pytest

from ci_runner.cli.terminal import Terminal
from ci_runner.log import Level
from ci_runner.secrets import Redactor

SQL = "COMMENT ON TABLE t IS '\n::add-mask::x\n';\n"


@pytest.fixture
def terminal() -> Terminal:
    return Terminal(Level.NORMAL, Redactor(), no_color=True)


def test_t8_github_is_told_not_to_obey_sql_that_is_printed_as_it_is(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    terminal.verbatim(SQL)

    first, *inside, last = capsys.readouterr().out.splitlines()
    word = first.removeprefix("::stop-commands::")
    assert f"::{word}::" == last
    assert SQL.splitlines() == inside
    assert 64 == len(word)


def test_t8_each_time_by_another_word(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    terminal.verbatim(SQL)
    terminal.verbatim(SQL)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] != lines[5]
    assert lines[0].startswith("::stop-commands::")
    assert lines[5].startswith("::stop-commands::")


@pytest.mark.parametrize("text", ["SELECT 1::int;\n", '{"a": "::error::x"}'])
def test_t8_what_nobody_would_obey_is_printed_alone(
    text: str,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")

    terminal.verbatim(text)

    assert text.rstrip("\n") == capsys.readouterr().out.rstrip("\n")


SECTION = "SELECT 'section_start:1:x\r\x1b[0K\x1b[8mhidden';\n"


@pytest.mark.parametrize("provider", ["GITLAB_CI", "CIRCLECI"])
def test_t8_no_log_folds_or_colours_sql_and_no_program_takes_what_was_changed(
    provider: str,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv(provider, "true")

    terminal.verbatim(SECTION)

    first, line = capsys.readouterr().out.splitlines()
    assert r"section_start:1:x\u{d}\u{1b}[0K\u{1b}[8mhidden';" in line
    with pytest.raises(sqlite3.Error):
        sqlite3.connect(":memory:").executescript(f"{first}\n{line}")


@pytest.mark.parametrize("text", ["SELECT 1;\n", json.dumps({"sql": SECTION}), "COMMENT 'é';\n"])
def test_t8_what_no_log_obeys_is_printed_as_it_is(
    text: str,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.setenv("GITLAB_CI", "true")

    terminal.verbatim(text)

    assert text.rstrip("\n") == capsys.readouterr().out.rstrip("\n")


def test_t8_elsewhere_sql_is_printed_as_it_is(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    terminal.verbatim(SQL)

    assert SQL == capsys.readouterr().out
