"""Say of a statement that the server refused, or did not survive, where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ci_runner.dialects.advice import advice
from ci_runner.dialects.base import Failure
from ci_runner.errors import DatabaseError, SqlError
from ci_runner.migrations.history import Statement


class Refused(SqlError):
    """A server took a statement and said no; it can go on with the next one."""


@contextmanager
def placed(statement: Statement | None, path: str = "") -> Iterator[None]:
    """An end of the server in the block is put down to `statement`, or to the file at `path`."""
    try:
        yield
    except (SqlError, DatabaseError) as ended:
        raise type(ended)(
            ended.what,
            where=ended.where or (f"{statement.path}:{statement.line}" if statement else path),
            said=ended.said,
            next_step=ended.next_step,
        ) from ended


def told(failure: Failure, *, sensitive: bool) -> Failure:
    """A failure as it may be told: the words on a sensitive statement may hold its data."""
    if not sensitive:
        return failure
    return Failure(
        "the server refuses this sensitive statement; what it says is not shown",
        failure.code,
        offset=failure.offset,
    )


def refusal(statement: Statement, failure: Failure) -> Refused:
    """A server's refusal as an error with file and line."""
    line = statement.line
    if failure.offset is not None:
        line += statement.text.count("\n", 0, failure.offset)
    said = [str(failure)]
    known = advice(failure)
    remarks = (("detail", failure.detail), ("hint", "" if known == failure.hint else failure.hint))
    said += [f"{word}: {text}" for word, text in remarks if text]
    return Refused(
        "the SQL does not run on the dev database",
        where=f"{statement.path}:{line}",
        said="\n".join(said),
        next_step=known or "correct the statement",
    )
