"""What rows would stop a statement of SQLite, read from its tokens.

Little is added to a table that is there: unique indexes and columns. What a new table forbids stops
the INSERT that fills it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ci_runner.dialects.obstacles import Obstacle, all_rows, repeated
from ci_runner.dialects.operations import AddColumn, CreateIndex, Operation, Target
from ci_runner.dialects.sqlite.parse import parse
from ci_runner.dialects.sqlite.tokens import Token, quote, tokenize, write
from ci_runner.dialects.token_lists import closing, split

_MOMENTS = frozenset({"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"})


def obstacles(sql: str) -> tuple[Obstacle, ...]:
    return tuple(found for each in parse(sql) for found in _of(each, sql))


def _of(operation: Operation, sql: str) -> Iterator[Obstacle]:
    match operation:
        case AddColumn(table=table) if _wants_no_row(operation):
            yield Obstacle(table, all_rows(_name(table)))
        case CreateIndex(table=table, unique=True):
            tokens = [token for token in tokenize(sql) if token.word != ";"]
            yield Obstacle(table, _repeated(table, tokens))
        case _:
            pass


def _wants_no_row(column: AddColumn) -> bool:
    """SQLite fills a column that is added with one constant: sqlite.org/lang_altertable.html."""
    if column.generated:
        return column.generated == "stored"
    default = (column.default or "NULL").upper()
    lacks = column.not_null and default == "NULL"
    return lacks or default in _MOMENTS or bool(column.default_calls)


def _repeated(table: Target, tokens: Sequence[Token]) -> str:
    """Keys as they are written, without their directions, and the condition of a partial index."""
    start = next(at for at, token in enumerate(tokens) if token.word == "(")
    end = closing(tokens, start)
    keys = (
        write(part[:-1] if part[-1].word in {"ASC", "DESC"} else part, ())
        for part in split(tokens[start + 1 : end])
        if part
    )
    return repeated(_name(table), tuple(keys), write(tokens[end + 2 :], ()))


def _name(table: Target) -> str:
    return ".".join(quote(each) for each in (table.schema, table.name) if each)
