"""Change one table that stays: the clauses of one ALTER TABLE, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ci_runner.dialects.mysql.catalogue import Catalogue
from ci_runner.dialects.mysql.changed_keys import Keys, drop, moved_places, noun
from ci_runner.dialects.mysql.columns import (
    NO_DEFAULT,
    SET_LATER,
    column_sql,
    same_storage,
)
from ci_runner.dialects.mysql.hazards import (
    of_check,
    of_column,
    of_foreign_key,
    of_partitions,
)
from ci_runner.dialects.mysql.keys import constraint_sql, index_sql
from ci_runner.dialects.mysql.partitions import added, partition_sql
from ci_runner.dialects.mysql.quote import mentions, quote
from ci_runner.dialects.mysql.tables import (
    changed_options,
    collation_of,
    is_versioned,
    options_sql,
    period,
    periods,
)
from ci_runner.schema.model import Column, ForeignKey, Identity, Table


@dataclass(frozen=True, slots=True)
class Step:
    """One ALTER TABLE: `clauses` are joined by commas, `behind` stands after them without one."""

    clauses: tuple[str, ...] = ()
    behind: str = ""
    said: tuple[str, ...] = ()
    destructive: bool = False
    hazards: tuple[str, ...] = ()
    object: Identity | None = None

    def sql(self, table: str) -> str:
        listed = ",\n  ".join(self.clauses)
        parts = [each for each in (listed, self.behind) if each]
        gap = "\n  " if len(self.clauses) > 1 else " "
        return f"ALTER TABLE {quote(table)}{gap}{' '.join(parts)}"


def steps(
    old: Catalogue,
    new: Catalogue,
    name: str,
    dropped: Sequence[ForeignKey],
    made: Sequence[ForeignKey],
    *,
    in_order: bool,
) -> Iterator[Step]:
    """What turns the old table into the new one, foreign keys that are not left to others included.

    `in_order` also moves columns that stay. None where nothing differs.
    """
    before, after = old.tables[name], new.tables[name]
    own_period = bool(period(before) or period(after))
    if _by_history(before) and not is_versioned(after):
        yield Step((), "REMOVE PARTITIONING", (f"Merge the partitions of table {name}",))
    if is_versioned(before) and not is_versioned(after) and not own_period:
        yield Step(
            ("DROP SYSTEM VERSIONING",),
            said=(f"Stop versioning table {name}",),
            destructive=True,
            hazards=(f"The history of {name} is lost.",),
        )
    placed = moved_places(old, new, name)
    if placed:
        yield Step(
            tuple(drop(each) for each in placed),
            said=(f"Drop {', '.join(map(noun, placed))} of table {name}",),
        )
    main = _main(old, new, name, dropped, made, in_order=in_order)
    if main.clauses or main.behind:
        yield main
    yield from _behind(old, new, name)
    grown = added(before.partition_key, after.partition_key)
    if grown:
        listed = ", ".join(grown)
        yield Step(
            (f"ADD PARTITION ({listed})",), said=(f"Add {len(grown)} partitions to table {name}",)
        )
    if is_versioned(after) and not is_versioned(before) and not own_period:
        yield Step(("ADD SYSTEM VERSIONING",), said=(f"Version table {name}",))
    if _by_history(after) and not is_versioned(before):
        yield Step((), partition_sql(after.partition_key), (f"Partition table {name}",))


def _by_history(table: Table) -> bool:
    """Whether its partitions are of versions, which only a versioned table has."""
    return table.partition_key.startswith("PARTITION BY SYSTEM_TIME")


def _behind(old: Catalogue, new: Catalogue, name: str) -> Iterator[Step]:
    """What a server refuses to do in one statement with the rest."""
    columns = _Columns(old.tables[name], new.tables[name], in_order=False)
    later = columns.set_later()
    if later:
        yield Step(
            tuple(_later_default(each, columns.collation) for each in later),
            said=(f"Set the default of {', '.join(c.name for c in later)} in table {name}",),
            hazards=tuple(
                f"Rows of {name} that are there have no such default in {c.name}."
                for c in later
                if c.default is not None
            ),
        )
    for each in Keys(old, new, name).made_apart():
        yield Step((f"ADD {index_sql(each)}",), said=(f"Add {noun(each)} to table {name}",))


def _main(
    old: Catalogue,
    new: Catalogue,
    name: str,
    dropped: Sequence[ForeignKey],
    made: Sequence[ForeignKey],
    *,
    in_order: bool,
) -> Step:
    before, after = old.tables[name], new.tables[name]
    columns = _Columns(before, after, in_order=in_order)
    keys = Keys(old, new, name)
    options = tuple(changed_options(before, after))
    rules, theirs = old.checks(name), new.checks(name)
    stay = {
        each
        for each in rules
        if rules[each] == theirs.get(each) and not mentions(rules[each].definition, columns.again)
    }
    spans, wanted = periods(before), periods(after)
    clauses = (
        *(f"DROP FOREIGN KEY {quote(each.name)}" for each in dropped),
        *(f"DROP CONSTRAINT {quote(each)}" for each in rules if each not in stay),
        *keys.dropped(),
        *(f"DROP {_period_head(each)}" for each in spans if each not in wanted),
        *columns.clauses(),
        *(f"ADD {each}" for each in wanted if each not in spans),
        *keys.made(),
        *(f"ADD {constraint_sql(each)}" for each in theirs.values() if each.name not in stay),
        *(f"ADD {constraint_sql(each)}" for each in made),
        *_versioning(before, after),
        *options,
    )
    said = [*columns.said(), *keys.said()]
    said += [f"drop foreign key {each.name}" for each in dropped]
    said += [f"drop check {each}" for each in rules if each not in theirs]
    said += [f"add check {each}" for each in theirs if rules.get(each) != theirs[each]]
    said += [f"add foreign key {each.name}" for each in made]
    said += ["change its periods"] if spans != wanted else []
    said += ["change its options"] if options else []
    said += ["change its versioning"] if _versioning(before, after) else []
    behind = _partitioning(before, after)
    said += ["change its partitions"] if behind else []
    return Step(
        clauses,
        behind,
        (_sentence(name, said),),
        bool(columns.lost),
        (
            *columns.hazards(),
            *keys.hazards(before),
            *_rules_hazards(old, new, name, made),
            *(of_partitions(name, after.partition_key) if behind else ()),
            *_history_lost(before, after),
        ),
        columns.only if len(clauses) == 1 else None,
    )


def _rules_hazards(
    old: Catalogue, new: Catalogue, name: str, made: Sequence[ForeignKey]
) -> Iterator[str]:
    before = old.checks(name)
    for each in new.checks(name).values():
        if before.get(each.name) != each:
            yield from of_check(each, old.tables[name], new.tables[name])
    for key in made:
        yield from of_foreign_key(key)


def _period_head(clause: str) -> str:
    return clause[: clause.rindex(" (")]


def _versioning(before: Table, after: Table) -> tuple[str, ...]:
    """With columns of its own for the period, which have to come and go in the same statement."""
    if period(after) and not is_versioned(before):
        return f"ADD {period(after)}", "ADD SYSTEM VERSIONING"
    if period(before) and not is_versioned(after):
        return ("DROP SYSTEM VERSIONING",)
    return ()


def _history_lost(before: Table, after: Table) -> Iterator[str]:
    if "DROP SYSTEM VERSIONING" in _versioning(before, after):
        yield f"The history of {before.name} is lost."


def _sentence(table: str, said: Sequence[str]) -> str:
    if len(said) == 1:
        preposition = {"drop": "of", "chan": "of"}.get(said[0][:4], "to")
        if said[0].startswith(("change its", "move")):
            return f"Alter table {table}: {said[0]}"
        return f"{said[0][0].upper()}{said[0][1:]} {preposition} table {table}"
    return f"Alter table {table}: {', '.join(said)}"


def _partitioning(before: Table, after: Table) -> str:
    mine, theirs = before.partition_key, after.partition_key
    if _by_history(before) and not is_versioned(after):
        mine = ""
    if _by_history(after) and not is_versioned(before):
        theirs = ""
    if mine == theirs or added(mine, theirs):
        return ""
    return partition_sql(theirs) if theirs else "REMOVE PARTITIONING"


def no_default(column: Column) -> str:
    """The clause for what no definition of a column can say."""
    return f"ALTER COLUMN {quote(column.name)} DROP DEFAULT"


def _later_default(column: Column, collation: str) -> str:
    """MySQL 9.7 takes SET DEFAULT for the column of a primary key and does nothing."""
    if column.default is None:
        return no_default(column)
    return f"MODIFY COLUMN {column_sql(column, collation)}"


class _Columns:
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
        for before, after in self.changed:
            if not same_storage(before, after):
                yield (
                    f"Copies {self.table} while writers wait: {after.name} becomes {after.type}."
                )
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


def create_table_sql(new: Catalogue, table: Table, foreign_keys: Sequence[ForeignKey]) -> str:
    collation = collation_of(table)
    lines = [column_sql(each, collation) for each in table.columns]
    lines += [each for each in (period(table), *periods(table)) if each]
    lines += [index_sql(each) for each in new.keys(table.name).values()]
    lines += [constraint_sql(each) for each in new.checks(table.name).values()]
    lines += [constraint_sql(each) for each in foreign_keys]
    body = ",\n  ".join(lines)
    behind = f"\n{partition_sql(table.partition_key)}" if table.partition_key else ""
    return f"CREATE TABLE {quote(table.name)} (\n  {body}\n) {options_sql(table)}{behind}"
