"""The splitter against an independent lexer: sqlglot must see as many statements in real files."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest
from sqlglot.dialects import Postgres, SQLite
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import TokenType

from ci_runner.dialects import dialect
from ci_runner.errors import SqlError
from ci_runner.migrations.statements import decode, split

CHECKOUT = Path(__file__).parent.parent.parent
# Where the two mean to differ: bodies whose semicolons are not terminators, psql's commands.
_BODIES = ("BEGIN ATOMIC", "CREATE TRIGGER", "CREATE RULE", "CREATE TEMP TRIGGER", "DELIMITER")
LEXERS = {"postgres": Postgres, "sqlite": SQLite}


def files() -> list[tuple[str, Path]]:
    """(dialect, file): our own cases, and the histories of real projects where they are at hand."""
    found = [
        (engine, path)
        for engine in LEXERS
        for path in sorted((CHECKOUT / "tests" / "cases" / engine).rglob("*.sql"))
    ]
    corpora = CHECKOUT.parent / "shared" / "corpora"
    for path in sorted(corpora.rglob("*.sql")):
        name = path.relative_to(corpora).parts[0]
        if not name.endswith("-mysql"):
            found.append(("sqlite" if name.endswith("-sqlite") else "postgres", path))
    return found


def counted(engine: str, text: str) -> int | None:
    """How many statements sqlglot's lexer sees; None where it can't read the text."""
    try:
        tokens = LEXERS[engine]().tokenize(text)
    except TokenError:
        return None
    kinds = (token.token_type is TokenType.SEMICOLON for token in tokens)
    return sum(1 for is_end, _ in groupby(kinds) if not is_end)


@pytest.mark.parametrize("engine", LEXERS)
def test_as_many_statements_are_seen_as_by_another_lexer(engine: str) -> None:
    compared, wrong = 0, []
    for name, path in files():
        text = decode(path.read_bytes(), str(path))
        if name != engine or any(body in text.upper() for body in _BODIES) or "\\" in text:
            continue
        try:
            ours = len(split(text, str(path), dialect(engine).syntax))
        except SqlError:
            continue
        theirs = counted(engine, text)
        if theirs is not None:
            compared += 1
            wrong += [f"{path}: {ours}, not {theirs}"] if ours != theirs else []

    assert [] == wrong
    assert 30 < compared
