"""How the columns of two forms of one table differ, and the clauses that change them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ci_runner.dialects.mysql.kinds.columns import NO_DEFAULT, SET_LATER, column_sql, same_storage
from ci_runner.dialects.mysql.kinds.tables import collation_of
from ci_runner.dialects.mysql.plan.hazards import of_column
from ci_runner.dialects.mysql.quote import mentions, quote
from ci_runner.schema.model import Column, Identity, Table


def no_default(column: Column) -> str:
    """The clause for what no definition of a column can say."""
    return f"ALTER COLUMN {quote(column.name)} DROP DEFAULT"


def later_default(column: Column, collation: str) -> str:
    """MySQL 9.7 takes SET DEFAULT for the column of a primary key and does nothing."""
    if column.default is None:
        return no_default(column)
    return f"MODIFY COLUMN {column_sql(column, collation)}"


class Columns:
    """How the columns of two forms of one table differ: names of columns know no case."""

    def __init__(self, before: Table, after: Table, *, in_order: bool) -> None:
        self.table = after.name
        self.mine = {each.name.lower(): each for each in before.columns}
        self.theirs = {each.name.lower(): each for each in after.columns}
        self.collation = collation_of(after)
        self.default_changes = collation_of(before) != self.collation
        self.lost = [
            each
            for name, each in self.mine.items()
            if name not in self.theirs and not each.generated_kind
        ]
        common = [name for name in self.mine if name in self.theirs]
        self.again = self._made_again()
        self._adds = any(name not in self.mine or name in self.again for name in self.theirs)
        self.stays = _in_order(common, list(self.theirs)) if in_order else set(common)

    def clauses(self) -> Iterator[str]:
        for name, column in self.mine.items():
            if name not in self.theirs or name in self.again:
                yield f"DROP COLUMN {quote(column.name)}"
        last = ""
        behind = [name for name in self.theirs if name in self.stays and name not in self.again]
        for name, column in self.theirs.items():
            place = f" AFTER {quote(last)}" if last else " FIRST"
            before = self.mine.get(name)
            at_end = not behind
            said = replace(column, default=None) if self._waits(name) else column
            if before is None or name in self.again:
                yield f"ADD COLUMN {self._sql(said)}{'' if at_end else place}"
            elif name not in self.stays:
                yield f"{self._modify(before, said)}{place}"
            elif before != column and self._only_loses_default(name):
                yield no_default(column)
            elif before != column:
                yield self._modify(before, said)
            behind = behind[1:] if behind and behind[0] == name else behind
            last = column.name

    def _modify(self, before: Column, column: Column) -> str:
        if before.name == column.name:
            return f"MODIFY COLUMN {self._sql(column)}"
        return f"CHANGE COLUMN {quote(before.name)} {self._sql(column)}"

    def _sql(self, column: Column) -> str:
        """With its collation spelled out where the table's own changes in the same statement."""
        return column_sql(column, "" if self.default_changes else self.collation)

    def _made_again(self) -> set[str]:
        """A virtual column can't become a stored one or a plain one, nor the other way round, and
        what is generated from it can't stay.
        """
        found: set[str] = set()
        for name, before in self.mine.items():
            kinds = {before.generated_kind, self.theirs.get(name, before).generated_kind}
            if len(kinds) == 2 and "virtual" in kinds:
                found.add(name)
        size = -1
        while size != len(found):
            size = len(found)
            found |= {
                name
                for name, each in self.mine.items()
                if name in self.theirs and each.generated and mentions(each.generated, found)
            }
        return found

    def set_later(self) -> list[Column]:
        """Those whose default the server takes only when nothing else is asked for."""
        return [each for name, each in self.theirs.items() if self._waits(name)]

    def _waits(self, name: str) -> bool:
        column = self.theirs[name]
        if self.mine.get(name) == column and name not in self.again:
            return False
        if NO_DEFAULT in column.attributes:
            return not self._only_loses_default(name)
        return SET_LATER in column.attributes and self._adds

    def _only_loses_default(self, name: str) -> bool:
        before, after = self.mine.get(name), self.theirs[name]
        if before is None or NO_DEFAULT not in after.attributes or name not in self.stays:
            return False
        return before == replace(after, default=before.default, attributes=before.attributes)

    @property
    def changed(self) -> list[tuple[Column, Column]]:
        return [
            (self.mine[name], column)
            for name, column in self.theirs.items()
            if name in self.mine and self.mine[name] != column
        ]

    @property
    def only(self) -> Identity | None:
        """The one column that is spoken of."""
        spoken = [*self.lost, *(c for n, c in self.theirs.items() if n not in self.mine)]
        spoken += [after for _, after in self.changed]
        return spoken[0].identity if len(spoken) == 1 else None

    def said(self) -> Iterator[str]:
        yield from (f"drop column {c.name}" for n, c in self.mine.items() if n not in self.theirs)
        yield from (f"add column {c.name}" for n, c in self.theirs.items() if n not in self.mine)
        yield from (f"change column {after.name}" for _, after in self.changed)
        changed = {after.name for _, after in self.changed}
        for name, column in self.theirs.items():
            if name in self.mine and name not in self.stays and column.name not in changed:
                yield f"move column {column.name}"

    def hazards(self) -> Iterator[str]:
        for each in self.lost:
            yield f"The values of {self.table}.{each.name} are lost."
        types = [
            f"{after.name} becomes {after.type}"
            for before, after in self.changed
            if not same_storage(before, after)
        ]
        if types:
            yield f"Copies {self.table} while writers wait: {', '.join(types)}."
        for before, after in self.changed:
            yield from of_column(before, after)


def _in_order(mine: Sequence[str], theirs: Sequence[str]) -> set[str]:
    """The largest set of common names that need not move: the longest increasing subsequence."""
    place = {name: at for at, name in enumerate(theirs)}
    best: list[list[str]] = []
    for name in mine:
        runs = [run for run in best if place[run[-1]] < place[name]]
        best.append([*_longest(runs), name])
    return set(_longest(best))


def _longest(runs: Sequence[list[str]]) -> list[str]:
    none: list[str] = []
    return max(runs, key=len, default=none)
