"""Questions that a session keeps planned, which takes longer than to answer them.

They stay for as long as the session, unless a migration takes them away, and it may put others in
their place: whoever asks says which are there, by name and digest of their text.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from functools import lru_cache

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.read.rows import text
from ci_runner.dialects.postgres.watch.ours import BY_INDEX, settings
from ci_runner.frozen import frozen

# The migration's own names are others.
PREFIX = f"schema_ci_{secrets.token_hex(4)}_"
# Those of this session, by name with the digest of their text.
THERE = f"""SELECT p.name, pg_catalog.md5(p.statement) FROM pg_catalog.pg_prepared_statements p
WHERE pg_catalog.starts_with(p.name, '{PREFIX}')"""
_PARAMETER = re.compile(r"\$(\d)")


@frozen
class Question:
    """SQL with the parameters $1, $2 ..., and the values that are `given` as (type, literal)."""

    sql: str
    given: tuple[tuple[str, str], ...] = ()

    @property
    def alone(self) -> str:
        """SQL that asks without any plan."""
        values = [f"{literal}::{type_}" for type_, literal in self.given]
        return _PARAMETER.sub(lambda found: values[int(found[1]) - 1], self.sql)

    @property
    def prepared(self) -> tuple[str, str, str]:
        """The name of its plan, the statement that makes that, and the digest of this."""
        return _prepared(self.sql, tuple(type_ for type_, _ in self.given))

    @property
    def execute(self) -> str:
        """SQL that asks by the plan."""
        values = ", ".join(f"{literal}::{type_}" for type_, literal in self.given)
        return f"EXECUTE {self.prepared[0]}" + (f" ({values})" if values else "")

    def by(self, there: Mapping[str, str]) -> str:
        """SQL that asks by the plan where it is among these; what is not ours is not asked."""
        return self.execute if keeps(self, there) else self.alone


def listed(oids: Iterable[int]) -> tuple[str, str]:
    """Oids as a value that is given."""
    return "oid[]", f"'{{{','.join(map(str, oids))}}}'"


@lru_cache(maxsize=256)
def _prepared(sql: str, types: tuple[str, ...]) -> tuple[str, str, str]:
    name = PREFIX + hashlib.sha256(sql.encode()).hexdigest()[:16]
    listed = f" ({', '.join(types)})" if types else ""
    statement = f"PREPARE {name}{listed} AS {sql.strip()}"
    return name, statement, hashlib.md5(statement.encode(), usedforsecurity=False).hexdigest()


def there(rows: Iterable[tuple[object, ...]]) -> Mapping[str, str]:
    """What the rows of THERE say: the digest of each plan that the session keeps, by name."""
    return {text(name): text(digest) for name, digest in rows}


def keeps(question: Question, there: Mapping[str, str]) -> bool:
    """Whether the session keeps the plan of this very question."""
    name, _, digest = question.prepared
    return there.get(name) == digest


def planned(
    connection: Connection, question: Question, there: Mapping[str, str]
) -> Mapping[str, str]:
    """`there` with the plan of this question, which is made where there is none by its name.

    By itself: the server keeps the text of all that is sent along.
    """
    name, statement, digest = question.prepared
    if name in there:
        return there
    connection.execute(statement)
    return {**there, name: digest}


def answers(
    connection: Connection, questions: Iterable[Question], kept: Mapping[str, str] | None
) -> list[list[tuple[object, ...]]]:
    """The rows of each question.

    `kept` are the plans that the session keeps; None asks without planning ahead.
    """
    if kept is None:
        return connection.query_all([each.alone for each in questions])
    several = tuple(questions)
    there = kept
    for each in several:
        there = planned(connection, each, there)
    asked = [each.by(there) for each in several]
    # The server plans when it is first asked, once and for all.
    with settings(connection, BY_INDEX) if len(there) > len(kept) else nullcontext():
        return connection.query_all(asked)
