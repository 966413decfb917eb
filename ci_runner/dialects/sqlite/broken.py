"""Find the views and triggers that SQLite can't read: what they speak of is missing.

They may stand in a schema for years. ALTER TABLE ... RENAME and DROP COLUMN read the whole schema
and refuse to run beside them: sqlite.org/lang_altertable.html, section 2.
"""

from __future__ import annotations

from collections.abc import Collection

from ci_runner.dialects.base import Connection, PlannedStatement, StatementFailed
from ci_runner.dialects.sqlite import dependents
from ci_runner.dialects.sqlite.catalogue import Catalogue, Dependent
from ci_runner.dialects.sqlite.connect import scratch
from ci_runner.dialects.sqlite.rebuild import create_table
from ci_runner.schema.model import Identity, Index, Schema
from ci_runner.schema.virtual import VirtualTable

_PROBE = "_schema_ci_probe"


def broken(catalogue: Catalogue) -> dict[Identity, str]:
    """SQLite's words on each, such as `no such table: main.users`.

    No catalogue tells, so SQLite is asked, in a database in memory that has the schema. Where it
    can't make that schema, nothing is known: no plan could be proven there either.
    """
    if not catalogue.words:
        return {}
    with scratch() as database:
        probe = _PROBE
        while probe in catalogue.names or f"{probe}_" in catalogue.names:
            probe += "_"
        try:
            pending = _made(database, catalogue, probe)
        except StatementFailed:
            return {}
        found: dict[Identity, str] = {}
        while (refusal := _refusal(database, probe)) and (each := _meant(refusal, pending)):
            found[each.identity] = refusal.partition(f" {each.name}: ")[2]
            pending.remove(each)
            database.execute(dependents.drop(each).sql)
    unknown = _reading_what_is_left_out(catalogue.schema)
    return {name: why for name, why in found.items() if name not in unknown}


def _reading_what_is_left_out(schema: Schema) -> set[Identity]:
    """What needs something that was there when the schema was read, and is not in it any more."""
    edges = [edge for edge in schema.dependencies if edge[0].kind in {"view", "trigger"}]
    reading = {needs for _, needs in edges if schema.get(needs) is None}
    size = -1
    while size != len(reading):
        size = len(reading)
        reading |= {each for each, needs in edges if needs in reading}
    return reading


def beside(catalogue: Catalogue, unread: Collection[Identity]) -> list[Dependent]:
    """What has to go so that nothing broken is left: the `unread`, and who reads them."""
    nothing: frozenset[str] = frozenset()
    away = dependents.in_the_way(catalogue, catalogue, nothing, nothing, unread)
    return [each for each in dependents.dependents(catalogue.schema) if each.identity in away]


def dropped(catalogue: Catalogue) -> tuple[PlannedStatement, ...]:
    """Statements after which nothing is broken."""
    unread = broken(catalogue)
    return tuple(dependents.drop(each, broken=unread) for each in beside(catalogue, unread))


def _made(database: Connection, catalogue: Catalogue, probe: str) -> list[Dependent]:
    """Make the schema without its indexes, which can't be broken; its views and triggers."""
    schema = catalogue.schema
    for table in catalogue.tables.values():
        database.execute(create_table(catalogue, table, table.name))
    for virtual in schema.of_type(VirtualTable):
        database.execute(virtual.source)
    made: list[Dependent] = [
        each for each in dependents.dependents(schema) if not isinstance(each, Index)
    ]
    for each in reversed(made):
        database.execute(dependents.create(each).sql)
    database.execute(f"CREATE TABLE {probe} (a)")
    return made


def _refusal(database: Connection, probe: str) -> str:
    """Why no table can be renamed, "" when one can."""
    try:
        database.execute(f"ALTER TABLE {probe} RENAME TO {probe}_")
    except StatementFailed as refused:
        return refused.failure.message
    return ""


def _meant(refusal: str, pending: list[Dependent]) -> Dependent | None:
    """Whom `error in view v: no such table: main.t` speaks of; None for something else."""
    return max(
        (
            each
            for each in pending
            if refusal.startswith(f"error in {each.identity.kind} {each.name}: ")
        ),
        key=lambda each: len(each.name),
        default=None,
    )
