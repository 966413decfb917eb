"""Turn the difference of two SQLite schemas into statements, in an order that works."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.sqlite import dependents, hazards, references
from ci_runner.dialects.sqlite.alter import alter
from ci_runner.dialects.sqlite.broken import beside, broken
from ci_runner.dialects.sqlite.catalogue import Catalogue, Dependent
from ci_runner.dialects.sqlite.rebuild import create_table
from ci_runner.dialects.sqlite.tokens import quote
from ci_runner.dialects.sqlite.virtual import Virtual
from ci_runner.schema.diff import diff
from ci_runner.schema.model import Identity, Index, Schema, Table


def create(schema: Schema) -> tuple[PlannedStatement, ...]:
    """Statements that make `schema` in an empty database."""
    return plan(Schema("sqlite"), schema)


def plan(
    old_schema: Schema, new_schema: Schema, version: tuple[int, ...] = ()
) -> tuple[PlannedStatement, ...]:
    """Statements, in order, that turn `old` into `new`; empty when they are equal.

    A SQLite of `version` can run them, () for any that we can run on ourselves.
    """
    if not diff(old_schema, new_schema):
        return ()
    old, new = Catalogue(old_schema), Catalogue(new_schema)
    gone = references.gone(old, new)
    stays = [table for name, table in new.tables.items() if name in old.tables]
    altered = [step for table in stays for step in alter(old, new, table, version)]
    rebuilt = {step.object.name.lower() for step in altered if step.sql.startswith("DROP TABLE ")}
    made = [_create_table(new, name) for name in new.tables if name not in old.tables]
    first = next((step.serves or step.summary for step in altered), "")
    virtual = Virtual(old_schema, new_schema)
    replaced = rebuilt | {table.name.lower() for table in gone} | virtual.replaced
    lost = {step.object.name.lower() for step in altered if " DROP COLUMN " in step.sql}
    before, after = dependents.dependents(old_schema), dependents.dependents(new_schema)[::-1]
    unread = _broken(old, new) if altered else {}
    again = dependents.in_the_way(old, new, replaced, lost, unread if rebuilt or lost else ())
    away = [each for each in before if each.identity in again]
    stay = [each for each in before if each.identity not in again]
    if unread and not rebuilt | lost:
        aside = [each for each in beside(old, unread) if each in stay]
        altered = [_undone_without(aside, step) for step in altered]
    have = {each.identity for each in stay if dependents.home(each) not in replaced}
    served = first or next((f"Drop table {table.name}" for table in gone), "")
    serves = {each.identity: served for each in after if not dependents.changed(old_schema, each)}
    return (
        *references.guards(old, new, gone, rebuilt, served),
        *(dependents.drop(each, serves, unread) for each in away),
        *virtual.dropped(),
        *made,
        *altered,
        *(_drop_table(table) for table in gone),
        *virtual.made(),
        *(
            dependents.create(each, serves, _risks(old, new, each, serves))
            for each in after
            if each.identity not in have
        ),
    )


def _broken(old: Catalogue, new: Catalogue) -> dict[Identity, str]:
    """What can't be read on either side, of all that is there while tables change."""
    coming = dependents.dependents(new.schema)
    later = {each.identity for each in coming if dependents.changed(old.schema, each)}
    then = {name: why for name, why in broken(new).items() if name not in later}
    return then | broken(old)


def _risks(
    old: Catalogue, new: Catalogue, each: Dependent, serves: Collection[Identity]
) -> Iterator[str]:
    """An index that only comes again has held its rows before."""
    if isinstance(each, Index) and each.identity not in serves:
        yield from hazards.of_index(old, new, each)


def _undone_without(aside: Sequence[Dependent], step: PlannedStatement) -> PlannedStatement:
    """ADD COLUMN passes by what is broken; its undo, DROP COLUMN, has to take it away meanwhile."""
    if not step.undo:
        return step
    undo = (
        *(dependents.drop(each).sql for each in aside),
        step.undo,
        *(dependents.create(each).sql for each in reversed(aside)),
    )
    return replace(step, undo=";\n".join(undo))


def _create_table(new: Catalogue, name: str) -> PlannedStatement:
    table = new.tables[name]
    return PlannedStatement(
        create_table(new, table, table.name),
        f"Create table {table.name}",
        table.identity,
        undo=f"DROP TABLE {quote(table.name)}",
    )


def _drop_table(table: Table) -> PlannedStatement:
    return PlannedStatement(
        f"DROP TABLE {quote(table.name)}",
        f"Drop table {table.name}",
        table.identity,
        destructive=True,
        hazards=(f"All rows of {table.name} are lost.",),
    )
