"""Put questions to the catalogue: narrowed to what is meant, answered ahead, several at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ci_runner.dialects.base import Connection, Outcome
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    MANAGED_VIEW,
    MATERIALIZED_VIEW,
    MEMBER_RELATIONS,
    NO_MEMBER,
    Kind,
)
from ci_runner.dialects.postgres.kinds import KINDS
from ci_runner.dialects.postgres.read.settings import ANY_TARGET
from ci_runner.dialects.postgres.read.twin import Rows
from ci_runner.dialects.postgres.watch.sources import catalogues
from ci_runner.schema.views import MaterializedView

_EITHER = f"({MANAGED_TABLE} OR {MATERIALIZED_VIEW})"


class Asking:
    """A connection that narrows questions, and remembers what it was asked for.

    `narrowed` are conditions with what stands in their place: what is known of them, or which
    tables are meant. `heard` are answers by question as it is put.
    """

    def __init__(
        self,
        connection: Connection,
        heard: Mapping[str, Rows] = MappingProxyType({}),
        narrowed: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._connection = connection
        self._narrowed = narrowed
        self._heard = heard
        self.asked: list[str] = []

    def query(self, sql: str) -> Rows:
        self.asked.append(sql)
        if sql in self._heard:
            return self._heard[sql]
        return self._connection.query(replaced(sql, self._narrowed))

    def query_all(self, several: Sequence[str]) -> list[Rows]:
        return [self.query(each) for each in several]

    def execute(self, sql: str) -> Outcome:
        return self._connection.execute(sql)

    def reset(self) -> None:
        self._connection.reset()

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    @property
    def by_table(self) -> bool:
        """Whether every question was about tables or views that could be named."""
        return all(MANAGED_TABLE in each or MANAGED_VIEW in each for each in self.asked)

    @property
    def sources(self) -> frozenset[str]:
        """The catalogues that were read."""
        return frozenset().union(*map(catalogues, self.asked))


def replaced(sql: str, conditions: Mapping[str, str]) -> str:
    for condition, answer in conditions.items():
        sql = sql.replace(condition, answer)
    return sql


def ask(connection: Connection, conditions: Sequence[str]) -> list[bool]:
    """Which of some SQL conditions hold, in one query."""
    if not conditions:
        return []
    (answers,) = connection.query(whether(conditions))
    return list(map(bool, answers))


def whether(conditions: Iterable[str]) -> str:
    """The SQL that `ask` asks."""
    return f"SELECT {', '.join(conditions)}"


OUTSET = whether((*(kind.present for kind in KINDS), ANY_TARGET, MEMBER_RELATIONS))


def outset(connection: Connection) -> tuple[tuple[Kind[Any], ...], Mapping[str, str]]:
    """The kinds of which there may be something, and what stands for conditions of their queries.

    To plan the queries of all others takes longer than to ask for what there is.
    """
    ((*answers, targets, members),) = connection.query(OUTSET)
    kinds = tuple(kind for kind, there in zip(KINDS, answers, strict=True) if there)
    return kinds, foreknown(kinds, targets=bool(targets), members=bool(members))


def only(present: Iterable[Kind[Any]], oids: frozenset[int]) -> Mapping[str, str]:
    """The tables and views that are meant, in place of all."""
    listed = ",".join(str(oid) for oid in sorted(oids))
    return {**foreknown(present), **meant(f"'{{{listed}}}'")}


def meant(oids: str) -> dict[str, str]:
    """Conditions on all tables and views, with those in their place that speak of `oids` only."""
    return {each: f"c.oid = ANY ({oids}) AND {each}" for each in (MANAGED_TABLE, MANAGED_VIEW)}


def foreknown(
    present: Iterable[Kind[Any]], *, targets: bool = True, members: bool = True
) -> dict[str, str]:
    """What is known to hold or not of all tables, by the condition that asks for it of each."""
    known = {ANY_TARGET: "true" if targets else "false"}
    if not any(kind.type is MaterializedView for kind in present):
        known[_EITHER] = MANAGED_TABLE
    if not members:
        known[NO_MEMBER] = "true"
    return known
