"""Turn the difference of two MySQL schemas into statements, in an order that works."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from ci_runner.dialects.base import PlannedStatement, PlanOptions
from ci_runner.dialects.mysql.kinds import grants
from ci_runner.dialects.mysql.kinds.columns import NO_DEFAULT, same_storage
from ci_runner.dialects.mysql.kinds.keys import constraint_sql, index_sql
from ci_runner.dialects.mysql.kinds.tables import is_versioned, period
from ci_runner.dialects.mysql.plan import stored
from ci_runner.dialects.mysql.plan.alter import Step, create_table_sql, steps
from ci_runner.dialects.mysql.plan.catalogue import Catalogue, parent
from ci_runner.dialects.mysql.plan.changed_columns import no_default
from ci_runner.dialects.mysql.plan.hazards import of_foreign_key
from ci_runner.dialects.mysql.quote import quote
from ci_runner.schema.access import Grant
from ci_runner.schema.graph import CycleError, ordered
from ci_runner.schema.model import Check, ForeignKey, Identity, Index, Schema, Table

_NAMED_BY_MARIADB = re.compile(r"CONSTRAINT_\d+")


def plan(old: Schema, new: Schema, options: PlanOptions) -> tuple[PlannedStatement, ...]:
    """Statements, in order, that turn `old` into `new`; empty when they are equal."""
    if "owner" in options.leave:
        old, new = stored.with_own_definers(old, new)
    moved = _moved_checks(old, new)
    kept = replace(old, objects=tuple(each for each in old.objects if each not in moved))
    work = _Work(Catalogue(kept), Catalogue(new), "column order" not in options.leave)
    dropped = tuple(stored.dropped(old, new))
    remade = frozenset(each.object for each in dropped)
    rights = grants.are_compared(new, options.leave)
    wanted = new.of_type(Grant) if rights else grants.lost(old, new, remade)
    return (
        *(grants.taken(old, new) if rights else ()),
        *(grants.with_rights(each, old) for each in dropped),
        *stored.sequences_gone(old, new, for_tables=True),
        *stored.sequences_made(old, new, for_tables=False),
        *(_check_gone(each) for each in moved),
        *work.early(),
        *work.created(),
        *work.altered(),
        *work.late(),
        *work.gone(),
        *stored.sequences_gone(old, new, for_tables=False),
        *stored.sequences_made(old, new, for_tables=True),
        *stored.made(old, new),
        *grants.given(old, wanted, remade),
    )


def _moved_checks(old: Schema, new: Schema) -> list[Check]:
    """Those whose name another table gets: MySQL knows each name once in a database.

    The names that MariaDB gives by itself are the same in every table, which is free to have them.
    """
    theirs = {each.name.lower(): each.table for each in new.of_type(Check)}
    return [
        each
        for each in old.of_type(Check)
        if theirs.get(each.name.lower(), each.table) != each.table
        and new.get(each.identity) is None
        and not _NAMED_BY_MARIADB.fullmatch(each.name)
    ]


def _check_gone(rule: Check) -> PlannedStatement:
    head = f"ALTER TABLE {quote(rule.table)}"
    return PlannedStatement(
        f"{head} DROP CONSTRAINT {quote(rule.name)}",
        f"Drop check {rule.name} of table {rule.table}",
        rule.identity,
        undo=f"{head} ADD {constraint_sql(rule)}",
    )


@dataclass
class _Work:
    """Which foreign keys go and come with the statement of their own table, and which apart."""

    old: Catalogue
    new: Catalogue
    in_order: bool
    drops: dict[str, list[ForeignKey]] = field(default_factory=dict)
    adds: dict[str, list[ForeignKey]] = field(default_factory=dict)
    first: list[ForeignKey] = field(default_factory=list)
    last: list[ForeignKey] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stays = [name for name in self.new.tables if name in self.old.tables]
        self.lost = [name for name in self.old.tables if name not in self.new.tables]
        self.fresh = _ordered(self.new, [n for n in self.new.tables if n not in self.old.tables])
        self.owner = {
            each.name.lower(): name
            for name in self.new.tables
            for each in self.new.foreign_keys(name).values()
        }
        moved = {name for name in self.stays if self._moves(name)}
        unsafe = moved | set(self.lost)
        for name in self.stays:
            self._share_out(name, moved, unsafe)
        known: set[str] = set()
        calm = set(self.stays) - moved
        for name in self.fresh:
            known.add(name)
            for each in self.new.foreign_keys(name).values():
                there = parent(each) in known or not parent(each)
                there = there or parent(each) in calm
                (self.adds.setdefault(name, []) if there else self.last).append(each)
        rank = {each: at for at, each in enumerate(_ordered(self.old, self.lost)[::-1])}
        for name in self.lost:
            for each in self.old.foreign_keys(name).values():
                early = rank.get(parent(each), len(rank)) < rank[name]
                if early or self._is_taken(each) or self._holds(each):
                    self.first.append(each)

    def _moves(self, name: str) -> bool:
        """Whether the table's own statement has to run before others may reference it."""
        return self.old.tables[name] != self.new.tables[name] or self.old.keys(
            name
        ) != self.new.keys(name)

    def _share_out(self, name: str, moved: set[str], unsafe: set[str]) -> None:
        mine, theirs = self.old.foreign_keys(name), self.new.foreign_keys(name)
        again = {each.lower() for each in theirs}
        # A partitioned table has no foreign keys, and must not have them in the same statement.
        was, becomes = (bool(c.tables[name].partition_key) for c in (self.old, self.new))
        for each in mine.values():
            if theirs.get(each.name) == each and not self._stands_on_change(each):
                continue
            named_again = each.name.lower() in again
            apart = named_again or (parent(each) in unsafe and parent(each) != name)
            if becomes or apart or self._is_taken(each) or self._stands_on_change(each):
                self.first.append(each)
            else:
                self.drops.setdefault(name, []).append(each)
        for each in theirs.values():
            if mine.get(each.name) == each and not self._stands_on_change(each):
                continue
            waits = (parent(each) in moved and parent(each) != name) or self._stands_on_change(each)
            waits = waits or was
            (self.last if waits else self.adds.setdefault(name, [])).append(each)

    def _holds(self, each: ForeignKey) -> bool:
        """Whether the key of a table that goes would stand in the way of its parent's change."""
        keys = self.old.keys(parent(each)), self.new.keys(parent(each))
        stays = parent(each) in self.new.tables
        return stays and (keys[0] != keys[1] or self._stands_on_change(each))

    def _is_taken(self, each: ForeignKey) -> bool:
        """Whether another table gets a key of its name, which is known once in a database."""
        return self.owner.get(each.name.lower(), each.table) != each.table

    def _stands_on_change(self, each: ForeignKey) -> bool:
        """Whether a column on either end changes its type, which the engine refuses under a key."""
        return self._changes(each.table, each.columns) or self._changes(
            parent(each), each.referenced_columns
        )

    def _changes(self, table: str, columns: Iterable[str]) -> bool:
        before, after = self.old.tables.get(table), self.new.tables.get(table)
        if before is None or after is None:
            return False
        for name in columns:
            mine, theirs = before.column(name), after.column(name)
            if mine is None or theirs is None or mine == theirs:
                continue
            # MySQL refuses to let a column count that a key refers to: error 1833.
            counts = mine.identity_kind != theirs.identity_kind
            if counts or not same_storage(mine, theirs) or mine.not_null != theirs.not_null:
                return True
        return False

    def early(self) -> Iterator[PlannedStatement]:
        by_table: dict[str, list[ForeignKey]] = {}
        for each in self.first:
            by_table.setdefault(each.table, []).append(each)
        for name, several in by_table.items():
            yield _foreign_keys(name, several, "DROP", self._kept_indexes(name, several))

    def _kept_indexes(self, table: str, several: list[ForeignKey]) -> Iterator[str]:
        """The engine's own indexes under keys, which would lose their names as keys come back."""
        coming = (*self.last, *self.adds.get(table, ()))
        again = {each.name for each in coming if each.table == table}
        keys, theirs = self.old.keys(table), self.new.keys(table)
        for each in several:
            key = keys.get(each.columns[0].lower())
            own = each.name in again and each.name.startswith(f"{table}_ibfk_")
            if own and isinstance(key, Index) and theirs.get(key.name.lower()) == key:
                yield f"DROP INDEX {quote(key.name)}, ADD {index_sql(key)}"

    def late(self) -> Iterator[PlannedStatement]:
        by_table: dict[str, list[ForeignKey]] = {}
        for each in self.last:
            by_table.setdefault(each.table, []).append(each)
        for name, several in by_table.items():
            yield _foreign_keys(name, several, "ADD")

    def created(self) -> Iterator[PlannedStatement]:
        for name in self.fresh:
            table = self.new.tables[name]
            yield PlannedStatement(
                create_table_sql(self.new, table, self.adds.get(name, [])),
                f"Create table {name}",
                table.identity,
                undo=f"DROP TABLE {quote(name)}",
            )
            bare = [each for each in table.columns if NO_DEFAULT in each.attributes]
            if bare:
                yield PlannedStatement(
                    f"ALTER TABLE {quote(name)} {', '.join(map(no_default, bare))}",
                    f"Drop the default of {', '.join(each.name for each in bare)} in table {name}",
                    table.identity,
                    undo="",
                    serves=f"Create table {name}",
                )

    def altered(self) -> Iterator[PlannedStatement]:
        for name in self.stays:
            dropped, made = self.drops.get(name, []), self.adds.get(name, [])
            forward = list(self._steps(self.old, self.new, name, dropped, made))
            if not forward:
                continue
            back = list(self._steps(self.new, self.old, name, made, dropped))
            yield from _guarded(
                self.old.tables[name], self.new.tables[name], list(_alters(name, forward, back))
            )

    def _steps(
        self,
        old: Catalogue,
        new: Catalogue,
        name: str,
        dropped: list[ForeignKey],
        made: list[ForeignKey],
    ) -> Iterator[Step]:
        return steps(old, new, name, dropped, made, in_order=self.in_order)

    def gone(self) -> Iterator[PlannedStatement]:
        for name in _ordered(self.old, self.lost)[::-1]:
            table = self.old.tables[name]
            yield PlannedStatement(
                f"DROP TABLE {quote(name)}",
                f"Drop table {name}",
                table.identity,
                destructive=True,
                hazards=(f"All rows of {name} are lost.",),
            )


def _ordered(catalogue: Catalogue, names: list[str]) -> list[str]:
    """Referenced tables first; as they are where they reference each other in a circle."""
    needs = [
        (name, parent(each)) for name in names for each in catalogue.foreign_keys(name).values()
    ]
    with suppress(CycleError):  # whose foreign keys are made and dropped apart
        return list(ordered(names, needs))
    return names


def _foreign_keys(
    table: str, several: list[ForeignKey], verb: str, beside: Iterable[str] = ()
) -> PlannedStatement:
    """`beside` are clauses that go with the DROP."""
    drop = ", ".join((*(f"DROP FOREIGN KEY {quote(each.name)}" for each in several), *beside))
    add = ",\n  ".join(f"ADD {constraint_sql(each)}" for each in several)
    head = f"ALTER TABLE {quote(table)}"
    listed = ", ".join(each.name for each in several)
    noun = "foreign key" if len(several) == 1 else "foreign keys"
    fails = (hazard for each in several for hazard in of_foreign_key(each))
    hazards = (*fails, f"Copies {table} while writers wait.")
    return PlannedStatement(
        f"{head} {drop}" if verb == "DROP" else f"{head} {add}",
        f"{verb.capitalize()} {noun} {listed} {'of' if verb == 'DROP' else 'to'} table {table}",
        several[0].identity,
        undo=f"{head} {add}" if verb == "DROP" else f"{head} {drop}",
        hazards=() if verb == "DROP" else hazards,
    )


def _alters(name: str, forward: list[Step], back: list[Step]) -> Iterator[PlannedStatement]:
    """`back` undoes all of `forward` when its steps run behind the last one."""
    lossy = any(step.destructive for step in forward)
    undo = ";\n".join(step.sql(name) for step in back)
    for number, step in enumerate(forward):
        yield PlannedStatement(
            step.sql(name),
            step.said[0],
            step.object or Identity("table", "", name),
            destructive=step.destructive,
            undo=None if lossy else "" if number < len(forward) - 1 else undo,
            hazards=step.hazards,
        )


def _guarded(
    before: Table, after: Table, alters: list[PlannedStatement]
) -> Iterator[PlannedStatement]:
    """MariaDB refuses to alter a versioned table unless its history may be altered as well,
    and to drop the columns of its period.
    """
    history = is_versioned(before) and is_versioned(after)
    if not history and not period(before) and not period(after):
        yield from alters
        return
    setting = "system_versioning_alter_history"
    for value, said in (("KEEP", "Let history be altered"), ("ERROR", "Protect history again")):
        if value == "ERROR":
            yield from alters
        yield PlannedStatement(
            f"SET SESSION {setting} = {value}",
            f"{said} with table {after.name}",
            after.identity,
            undo=f"SET SESSION {setting} = {'ERROR' if value == 'KEEP' else 'KEEP'}",
            serves=alters[0].summary,
        )
