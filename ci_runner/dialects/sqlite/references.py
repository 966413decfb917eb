"""What foreign keys ask of a plan that drops tables, those included that are made anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import suppress

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.sqlite.catalogue import Catalogue
from ci_runner.dialects.sqlite.tokens import quote
from ci_runner.schema.graph import CycleError, ordered
from ci_runner.schema.model import Table


def gone(old: Catalogue, new: Catalogue) -> list[Table]:
    """The tables to drop, children before the parents that they reference."""
    names = [name for name in old.tables if name not in new.tables]
    needs = [(parent, child) for parent in names for child in old.children.get(parent, ())]
    with suppress(CycleError):  # whose foreign keys `guards` defers
        names = list(ordered(names, needs))
    return [old.tables[name] for name in names]


def guards(
    old: Catalogue, new: Catalogue, dropped: list[Table], rebuilt: Collection[str], serves: str
) -> Iterator[PlannedStatement]:
    """What has to stand before tables are `dropped` and `rebuilt`, these by name in lower case."""
    place = {table.name.lower(): at for at, table in enumerate(dropped)}
    if any(place.get(child, -1) > at for name, at in place.items() for child in old.children[name]):
        yield PlannedStatement(
            "PRAGMA defer_foreign_keys = ON",
            "Check foreign keys only at the end of the transaction",
            dropped[0].identity,
            undo="",
            serves=serves,
        )
    anew = (table for name, table in new.tables.items() if name in rebuilt)
    for table in (*anew, *dropped):
        yield from guard(old, new, table, serves)


def guard(
    old: Catalogue, new: Catalogue, table: Table, serves: str = ""
) -> Iterator[PlannedStatement]:
    """With foreign_keys = ON, dropping a table first deletes its rows, and ON DELETE acts on them:
    sqlite.org/foreignkeys.html, section 5. The setting can't change inside a transaction.

    Tables change in the order of `new`: a reference that a later one gets acts on nothing yet.
    """
    name = table.name.lower()
    places = new.places
    earlier = {each for each in new.children[name] if places.get(each, 0) < places.get(name, 0)}
    children = [
        old.tables[each].name
        for each in sorted(old.children[name] | earlier)
        if each in old.tables and each in new.tables
    ]
    if not children:
        return
    said = ", ".join(children)
    rows = " OR ".join(f"EXISTS (SELECT 1 FROM {quote(child)})" for child in children)
    yield PlannedStatement(
        "SELECT json_extract('{}', CASE foreign_keys WHEN 0 THEN '$' ELSE "
        "'set PRAGMA foreign_keys = OFF before the transaction' END) "
        f"FROM pragma_foreign_keys WHERE {rows}",
        f"Stop here with foreign_keys = ON: dropping {table.name} would act on {said}",
        table.identity,
        undo="",
        serves=serves,
    )
