from __future__ import annotations

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


def test_t8_elsewhere_sql_is_printed_as_it_is(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    terminal.verbatim(SQL)

    assert SQL == capsys.readouterr().out
