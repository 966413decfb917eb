"""Change one table that stays: the clauses of one ALTER TABLE, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ci_runner.dialects.mysql.kinds.columns import column_sql
from ci_runner.dialects.mysql.kinds.keys import constraint_sql, index_sql
from ci_runner.dialects.mysql.kinds.partitions import added, partition_sql, reorganized
from ci_runner.dialects.mysql.kinds.tables import (
    changed_options,
    collation_of,
    is_versioned,
    options_sql,
    period,
    periods,
)
from ci_runner.dialects.mysql.plan.catalogue import Catalogue
from ci_runner.dialects.mysql.plan.changed_columns import Columns, later_default
from ci_runner.dialects.mysql.plan.changed_keys import Keys, drop, moved_places, noun
from ci_runner.dialects.mysql.plan.hazards import of_check, of_foreign_key, of_partitions
from ci_runner.dialects.mysql.quote import mentions, quote
from ci_runner.frozen import frozen
from ci_runner.schema.model import Check, ForeignKey, Identity, Table


@frozen
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
    main = _Main(old, new, name, dropped, made, in_order=in_order).step()
    if main.clauses or main.behind:
        yield main
    yield from _behind(old, new, name)
    grown = added(before.partition_key, after.partition_key)
    if grown:
        listed = ", ".join(grown)
        yield Step(
            (f"ADD PARTITION ({listed})",), said=(f"Add {len(grown)} partitions to table {name}",)
        )
    moved = reorganized(before.partition_key, after.partition_key)
    if moved and not grown:
        yield Step(
            (moved.clause(),),
            said=(f"Reorganize {moved.said()} of table {name}",),
            hazards=(
                *(of_partitions(name) if "BY LIST" in after.partition_key else ()),
                f"Copies the rows of {moved.said()} while writers wait.",
            ),
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
    columns = Columns(old.tables[name], new.tables[name], in_order=False)
    later = columns.set_later()
    if later:
        yield Step(
            tuple(later_default(each, columns.collation) for each in later),
            said=(f"Set the default of {', '.join(c.name for c in later)} in table {name}",),
            hazards=tuple(
                f"Rows of {name} that are there have no such default in {c.name}."
                for c in later
                if c.default is not None
            ),
        )
    for each in Keys(old, new, name).made_apart():
        yield Step((f"ADD {index_sql(each)}",), said=(f"Add {noun(each)} to table {name}",))


class _Main:
    """The one ALTER TABLE that does all that a server can do in one."""

    def __init__(
        self,
        old: Catalogue,
        new: Catalogue,
        name: str,
        dropped: Sequence[ForeignKey],
        made: Sequence[ForeignKey],
        *,
        in_order: bool,
    ) -> None:
        self.before, self.after = old.tables[name], new.tables[name]
        self.dropped, self.made = dropped, made
        self.columns = Columns(self.before, self.after, in_order=in_order)
        self.keys = Keys(old, new, name)
        self.options = tuple(changed_options(self.before, self.after))
        self.mine, self.theirs = old.checks(name), new.checks(name)
        self.stay = {
            each.name
            for each in self.mine.values()
            if self.theirs.get(each.name) == each
            and not mentions(each.definition, self.columns.again)
        }
        self.behind = _partitioning(self.before, self.after)

    def step(self) -> Step:
        clauses = tuple(self._clauses())
        return Step(
            clauses,
            self.behind,
            (_sentence(self.after.name, list(self._said())),),
            bool(self.columns.lost),
            tuple(self._hazards()),
            self.columns.only if len(clauses) == 1 else None,
        )

    def _clauses(self) -> Iterator[str]:
        spans, wanted = periods(self.before), periods(self.after)
        yield from (f"DROP FOREIGN KEY {quote(each.name)}" for each in self.dropped)
        yield from (f"DROP CONSTRAINT {quote(each)}" for each in self.mine if each not in self.stay)
        yield from self.keys.dropped()
        yield from (f"DROP {_period_head(each)}" for each in spans if each not in wanted)
        yield from self.columns.clauses()
        yield from (f"ADD {each}" for each in wanted if each not in spans)
        yield from self.keys.made()
        coming = (each for each in self.theirs.values() if each.name not in self.stay)
        yield from (f"ADD {constraint_sql(each)}" for each in coming)
        yield from (f"ADD {constraint_sql(each)}" for each in self.made)
        yield from _versioning(self.before, self.after)
        yield from self.options

    def _said(self) -> Iterator[str]:
        yield from (*self.columns.said(), *self.keys.said())
        yield from (f"drop foreign key {each.name}" for each in self.dropped)
        yield from (f"drop check {each}" for each in self.mine if each not in self.theirs)
        yield from (f"add check {each.name}" for each in self._other_checks())
        yield from (f"add foreign key {each.name}" for each in self.made)
        whole = {
            "periods": periods(self.before) != periods(self.after),
            "options": self.options,
            "versioning": _versioning(self.before, self.after),
            "partitions": self.behind,
        }
        yield from (f"change its {what}" for what, changes in whole.items() if changes)

    def _other_checks(self) -> Iterator[Check]:
        """Those that the old table does not have as they are."""
        return (each for each in self.theirs.values() if self.mine.get(each.name) != each)

    def _hazards(self) -> Iterator[str]:
        yield from self.columns.hazards()
        yield from self.keys.hazards(self.before)
        for rule in self._other_checks():
            yield from of_check(rule, self.before, self.after)
        for key in self.made:
            yield from of_foreign_key(key)
        if self.behind and "\n" in self.after.partition_key:
            yield from of_partitions(self.after.name)
        yield from _history_lost(self.before, self.after)


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
    if mine == theirs or added(mine, theirs) or reorganized(mine, theirs):
        return ""
    return partition_sql(theirs) if theirs else "REMOVE PARTITIONING"


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
