"""The way back from a rebuilt table: made anew the other way, where no value has become another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.sqlite import hazards
from ci_runner.dialects.sqlite.catalogue import Catalogue
from ci_runner.dialects.sqlite.rebuild import rebuild
from ci_runner.dialects.sqlite.references import guard
from ci_runner.schema.model import Table


def with_way_back(
    steps: tuple[PlannedStatement, ...], old: Catalogue, new: Catalogue, table: Table
) -> tuple[PlannedStatement, ...]:
    """The steps of a rebuild, of which the last leads back for all, or says why none does.

    The indexes that go with the new form without a word come again with the old one.
    """
    before = old.tables[table.name.lower()]
    *others, last = (replace(step, undo="") for step in steps)
    if reasons := tuple(_lost(old, new, before, table)):
        return (*others, replace(last, undo=None, undo_hazards=reasons))
    again = (
        index.definition
        for index in old.indexes.get(before.name.lower(), ())
        if new.schema.get(index.identity) == index
    )
    undo = (*(step.sql for step in (*guard(new, old, table), *rebuild(new, old, before))), *again)
    risks = tuple(hazards.of_copy(new, old, table, before))
    return (*others, replace(last, undo=";\n".join(undo), undo_hazards=risks))


def _lost(old: Catalogue, new: Catalogue, before: Table, table: Table) -> Iterator[str]:
    """What of the rows the new form does not hold as it was."""
    now = {column.name.lower(): column for column in table.columns}
    for column in before.columns:
        if column.generated_kind:
            continue
        after = now.get(column.name.lower())
        if after is None or after.generated_kind:
            yield f"the values of {column.name} are lost"
        elif hazards.affinity(after.type, table) not in {
            hazards.affinity(column.type, before),
            "BLOB",
        }:
            yield f"values of {column.name} have become others"
        elif after.not_null and not column.not_null and after.default is not None:
            yield f"NULL in {column.name} has become {after.default}"
    alias = new.rowid(table.name).lower()
    was_known = any(column.name.lower() == alias for column in before.columns)
    if alias and was_known and old.rowid(before.name).lower() != alias:
        yield f"NULL in {alias} has become a number"
    rowid = "WITHOUT ROWID" not in before.options and not old.rowid(before.name)
    if rowid and "WITHOUT ROWID" in table.options:
        yield "the rowids are lost"
    if "AUTOINCREMENT" in before.options and "AUTOINCREMENT" not in table.options:
        yield "the AUTOINCREMENT counter is lost"
