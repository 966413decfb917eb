"""An ordinary table becomes a partitioned one, or stops being one, and keeps its rows.

PostgreSQL has no ALTER TABLE for it. The old table is set aside under another name, the new one is
made with its partitions, the rows move over and are counted, and the old one is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements, World, made_again
from ci_runner.dialects.postgres.kinds import table as tables
from ci_runner.dialects.postgres.plan import rebuild
from ci_runner.dialects.postgres.plan.inheritance import ancestors
from ci_runner.dialects.postgres.plan.nodes import Node
from ci_runner.dialects.postgres.plan.retype import value
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.dialects.postgres.quote import literal, qualified, quote
from ci_runner.schema.model import (
    Column,
    ForeignKey,
    Identity,
    Index,
    Schema,
    SchemaObject,
    Table,
    Trigger,
    home,
)
from ci_runner.schema.routines import Rule
from ci_runner.schema.views import MaterializedView

_PART = r'"(?:[^"]|"")+"|[\w$]+'
_NAMED = re.compile(rf"SEQUENCE NAME ({_PART})\.({_PART})")
# What is left of 63 bytes for a table and its column: makeObjectName in indexcmds.c.
_LONGEST = 58


def refilled(work: Work) -> set[Identity]:
    """The tables that this is done to: the rows of others are lost, as their drop says."""
    both = work.drops.keys() & work.creates.keys()
    return {each for each in both if _keeps_rows(work.drops[each], work.creates[each], work)}


def _keeps_rows(old: SchemaObject, new: SchemaObject, work: Work) -> bool:
    """Not where rows are elsewhere or hidden from their owner, or where others are made of them."""
    if not isinstance(old, Table) or not isinstance(new, Table):
        return False
    if bool(old.partition_key) == bool(new.partition_key):
        return False
    if any(each.server or each.parents or each.of_type for each in (old, new)):
        return False
    if "force row level security" in old.options or any(map(_is_long, old.columns)):
        return False
    ordinary = work.world.new if old.partition_key else work.world.old
    if any(old.identity in each.parents for each in ordinary.of_type(Table)):
        return False
    return not _is_row_type(old, work.world) and not _needs_what_goes(old, work)


def _is_long(each: Column) -> bool:
    """Whether the server shortens the name of an identity's sequence by rules of its own."""
    usual = each.identity_kind and not _NAMED.match(each.identity_options)
    return bool(usual) and len(f"{each.table}{each.name}".encode()) > _LONGEST


def _is_row_type(old: Table, world: World) -> bool:
    users = world.dependents.get(old.identity, ())
    kinds = {"column", "domain", "composite type", "range type"}
    return any(each.kind in kinds and each.parent != old.name for each in users)


def _needs_what_goes(old: Table, work: Work) -> bool:
    """Whether the old table would hold on to something that is dropped meanwhile.

    Its columns do: all else that lives on it goes when it is set aside.
    """
    own = (old.identity, *(each.identity for each in old.columns))
    needed = {each for one in own for each in work.world.needs.get(one, ())}
    return any(each in work.drops and each != old.identity for each in needed)


def edges(work: Work, ties: Iterable[Identity]) -> Iterator[tuple[Node, Node]]:
    """(later, earlier): rows move once all partitions are there, and before anything fires."""
    world = work.world
    for each in work.refilled:
        fill: Node = ("fill", each)
        yield from ((fill, ("create", each)), (("clear", each), fill))
        joining = [one for one in ties if each in _above(one, world.new)]
        parting = world.parted & work.alters.keys()
        yield from ((fill, ("tie", one)) for one in joining)
        yield from ((fill, ("detach", one)) for one in parting if each in _above(one, world.old))
        yield from ((("drop", one), fill) for one in work.drops if each in _above(one, world.old))
        for one, made in work.creates.items():
            if each in _above(one, world.new):
                yield fill, ("create", one)
            elif _waits(made, each, world.new) or (_is_index(made, each) and not joining):
                yield ("create", one), fill


def _is_index(made: SchemaObject, table: Identity) -> bool:
    """It is built faster behind the rows; a partition that joins asks for it before."""
    return isinstance(made, Index) and home(made) == table


def _waits(made: SchemaObject, table: Identity, schema: Schema) -> bool:
    """Whether it fires for rows that come, or looks at those that are there."""
    if isinstance(made, MaterializedView):
        return True
    places = [home(made)] if isinstance(made, Trigger | Rule | ForeignKey) else []
    if isinstance(made, ForeignKey):
        places.append(made.references)
    return any(place == table or table in _above(place, schema) for place in places if place)


def _above(each: Identity, schema: Schema) -> set[Identity]:
    return set(ancestors(schema.get(each), schema))


def is_emptied(old: Table, work: Work) -> bool:
    """Whether it is a partition whose rows have moved to a table that has none."""
    return not work.refilled.isdisjoint(ancestors(old, work.world.old))


def set_aside(old: Table, world: World, again: Statements) -> Iterator[PlannedStatement]:
    """With the sequences of its identities. `again` makes what lives on the table."""
    for each in old.columns:
        if each.identity_kind:
            here, there = _sequence(each), _sequence_aside(each, world)
            yield PlannedStatement(
                f"ALTER SEQUENCE {qualified(*here)} RENAME TO {quote(there[1])}",
                f"Set the sequence of {each.identity} aside",
                old.identity,
                undo=f"ALTER SEQUENCE {qualified(*there)} RENAME TO {quote(here[1])}",
            )
    name, away = qualified(old.schema, old.name), rebuild.aside(old.identity, world)
    back = f"ALTER TABLE {qualified(old.schema, away)} RENAME TO {quote(old.name)}"
    yield PlannedStatement(
        f"ALTER TABLE {name} RENAME TO {quote(away)}",
        f"Set the old {old.identity} aside",
        old.identity,
        undo=";\n".join([back, made_again(again)]) if again else back,
        hazards=("from here on nobody can use the table until its rows have moved",),
    )


def clear(old: Table, new: Table, world: World) -> Statements:
    away = _away(old, world)
    lost = [each.name for each in _stored(old) if new.column(each.name) is None]
    return (
        PlannedStatement(
            f"DROP TABLE {qualified(away.schema, away.name)}",
            f"Drop the old {old.identity}",
            old.identity,
            destructive=bool(lost),
            undo=None if lost else made_again(tables.create_with(away, ())),
            hazards=tuple(f"the data of column {name} is lost" for name in lost),
        ),
    )


def partition(old: Table, dropped: Statements, world: World) -> Statements:
    """The drop of a partition whose rows have moved."""
    parent = world.old.get(old.parents[0])
    again = old
    if isinstance(parent, Table) and not parent.parents:
        again = replace(old, parents=(_away(parent, world).identity,))
    known = (parent,) if isinstance(parent, Table) else ()
    made = made_again(tables.create_with(again, (), known))
    return tuple(replace(each, destructive=False, undo=made, hazards=()) for each in dropped)


def fill(old: Table, new: Table, world: World) -> Iterator[PlannedStatement]:
    """The rows, their number, and where identities go on counting."""
    away, joined = _away(old, world), _joined(new, world)
    insert, *counting = _moved(away, new, world)
    copies = "copies every row while nobody can use the table"
    twice = (f"rows of {', '.join(joined)} come along, and stay there too",) if joined else ()
    yield PlannedStatement(
        insert,
        f"Move the rows of {old.identity}",
        old.identity,
        undo=";\n".join(_moved(new, away, world.mirrored)),
        hazards=(copies, *_refused(old, new, world)),
        undo_hazards=(copies, *twice),
    )
    if not joined:
        yield _counted(away, new)
    for sql in counting:
        yield PlannedStatement(sql, f"Go on counting in {old.identity}", old.identity, undo="")


def _joined(new: Table, world: World) -> list[str]:
    """Tables that were there before and are partitions now, with rows of their own."""
    return [
        str(each.identity)
        for each in world.new.of_type(Table)
        if each.identity in world.old.by_identity
        and new.identity in ancestors(each, world.new)
        and not each.partition_key
    ]


def _counted(away: Table, new: Table) -> PlannedStatement:
    """What hides rows from the one who runs it would lose them."""
    here, there = (qualified(each.schema, each.name) for each in (new, away))
    return PlannedStatement(
        f"DO $$ BEGIN\n  IF (SELECT count(*) FROM {here}) <> (SELECT count(*) FROM {there}) THEN\n"
        f"    RAISE EXCEPTION 'not all rows have moved to %', {literal(here)};\n  END IF;\nEND $$",
        f"Count the rows of {new.identity}",
        new.identity,
        undo="",
        hazards=("reads both tables",),
    )


def _away(old: Table, world: World) -> Table:
    name = rebuild.aside(old.identity, world)
    columns = tuple(
        replace(each, table=name, identity_options=_identity_aside(each, world))
        for each in old.columns
    )
    return replace(old, name=name, columns=columns)


def _identity_aside(each: Column, world: World) -> str:
    if not each.identity_kind:
        return ""
    name = f"SEQUENCE NAME {qualified(*_sequence_aside(each, world))}"
    return " ".join([name, _NAMED.sub("", each.identity_options).strip()]).strip()


def _sequence(each: Column) -> tuple[str, str]:
    """Schema and name of an identity's sequence, the usual one where nothing else is said."""
    found = _NAMED.match(each.identity_options)
    if found is None:
        return each.schema, f"{each.table}_{each.name}_seq"
    return _unquoted(found[1]), _unquoted(found[2])


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _sequence_aside(each: Column, world: World) -> tuple[str, str]:
    schema, name = _sequence(each)
    return schema, rebuild.aside(Identity("sequence", schema, name), world)


def _stored(each: Table) -> Iterator[Column]:
    return (column for column in each.columns if column.generated is None)


def _moved(source: Table, target: Table, world: World) -> list[str]:
    """INSERT of all rows, then what lets each identity column go on where the other one was."""
    pairs = [
        (before, after)
        for after in _stored(target)
        if (before := source.column(after.name)) is not None
    ]
    names = ", ".join(quote(after.name) for _, after in pairs)
    values = ", ".join(value(before, after, world) for before, after in pairs)
    into, out = (qualified(each.schema, each.name) for each in (target, source))
    said = " OVERRIDING SYSTEM VALUE" if any(after.identity_kind for _, after in pairs) else ""
    return [
        f"INSERT INTO {into} ({names}){said} SELECT {values} FROM {out}",
        *(_counting(before, after) for before, after in pairs if after.identity_kind),
    ]


def _counting(before: Column, after: Column) -> str:
    """Of an identity column the sequence says where it was, of any other its values do."""
    here, name = qualified(after.schema, after.table), literal(after.name)
    sequence = f"pg_get_serial_sequence({literal(here)}, {name})"
    if not before.identity_kind:
        return f"SELECT setval({sequence}, max({quote(after.name)})) FROM {here}"
    there = qualified(before.schema, before.table)
    last = f"pg_sequence_last_value(pg_get_serial_sequence({literal(there)}, {name})::regclass)"
    return f"SELECT setval({sequence}, {last})"


def _refused(old: Table, new: Table, world: World) -> Iterator[str]:
    """Rows that have no place in the new table."""
    name = qualified(old.schema, old.name)
    parts = [each for each in world.new.of_type(Table) if new.identity in each.parents]
    if new.partition_key and not any(each.bound == "DEFAULT" for each in parts):
        fits = " OR ".join(f"({each.bound_check})" for each in parts)
        known = all(each.bound_check for each in parts) and all(
            (before := old.column(after.name)) is None or before.type == after.type
            for after in new.columns
        )
        where = f" WHERE ({fits}) IS NOT TRUE" if parts else ""
        query = f": SELECT count(*) FROM {name}{where}" if known else ""
        yield f"fails if a row belongs to no partition{query}"
    for after in _stored(new):
        if after.not_null and after.default is None and not after.identity_kind:
            before = old.column(after.name)
            if before is None:
                yield f"fails if the table has rows: SELECT count(*) FROM {name}"
            elif not before.not_null:
                column = quote(after.name)
                yield f"fails if a row is NULL: SELECT count(*) FROM {name} WHERE {column} IS NULL"
