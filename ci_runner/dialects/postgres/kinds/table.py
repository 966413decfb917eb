"""Ordinary tables with their columns. Partitions and inheritance children are not managed yet."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import constraints
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    Found,
    Kind,
    Statements,
    World,
    comment_on,
    relation,
    type_name,
)
from ci_runner.dialects.postgres.kinds import column as columns
from ci_runner.dialects.postgres.quote import qualified
from ci_runner.dialects.postgres.rows import integer, optional, text, texts
from ci_runner.schema.model import Constraint, PrimaryKey, Table, Unique

_QUERY = f"""
SELECT c.oid, n.nspname, c.relname, c.relpersistence, c.relrowsecurity, c.relforcerowsecurity,
       c.reloptions, pg_catalog.obj_description(c.oid, 'pg_class'), c.relfilenode::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {MANAGED_TABLE}
"""

UNLOGGED = "unlogged"
_FLAGS = {
    "row level security": ("ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY"),
    "force row level security": ("FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY"),
    UNLOGGED: ("SET UNLOGGED", "SET LOGGED"),
}


def _read(connection: Connection) -> Iterator[Found]:
    columns_of = columns.read(connection)
    for row in connection.query(_QUERY):
        oid, schema, name, persistence, secured, forced, parameters, comment, node = row
        options = [
            *([UNLOGGED] if persistence == "u" else []),
            *(["row level security"] if secured else []),
            *(["force row level security"] if forced else []),
            *texts(parameters),
        ]
        mine = columns_of.get(integer(oid), ())
        yield Found(
            Table(
                schema=text(schema),
                name=text(name),
                columns=tuple(column for _, column in mine),
                options=tuple(sorted(options)),
                comment=optional(comment),
            ),
            (("pg_class", integer(oid), 0),),
            tuple((column.identity, ("pg_class", integer(oid), number)) for number, column in mine),
            text(node),
        )


def _parameters(table: Table) -> tuple[str, ...]:
    return tuple(option for option in table.options if option not in _FLAGS)


def create_with(new: Table, inline: Iterable[Constraint]) -> Statements:
    """CREATE TABLE with the constraints that can stand inside it, then what can't."""
    lines = [columns.clause(column) for column in new.columns]
    inside, apart = _without_twins(inline)
    lines += [constraints.clause(each) for each in inside]
    body = ",\n".join(f"  {line}" for line in lines)
    name = qualified(new.schema, new.name)
    unlogged = "UNLOGGED " if UNLOGGED in new.options else ""
    parameters = _parameters(new)
    storage = f" WITH ({', '.join(parameters)})" if parameters else ""
    created = PlannedStatement(
        f"CREATE {unlogged}TABLE {name} (\n{body}\n){storage}"
        if lines
        else f"CREATE {unlogged}TABLE {name} (){storage}",
        f"Create table {new.identity.qualified}",
        new.identity,
        undo=f"DROP TABLE {name}",
    )
    flags = (
        _flag(new, _FLAGS[flag][0], _FLAGS[flag][1])
        for flag in new.options
        if flag in _FLAGS and flag != UNLOGGED
    )
    comments = (
        *comment_on(f"TABLE {name}", new.identity, None, new.comment),
        *(each for column in new.columns for each in columns.comment(None, column)),
        *(each for part in inside for each in constraints.comment(None, part)),
    )
    return (
        created,
        *flags,
        *comments,
        *(made for part in apart for made in constraints.create(part)),
    )


def _without_twins(inline: Iterable[Constraint]) -> tuple[list[Constraint], list[Constraint]]:
    """CREATE TABLE makes one of two keys on the same columns: the second has to come after."""
    inside: list[Constraint] = []
    apart: list[Constraint] = []
    seen: set[tuple[str, ...]] = set()
    for each in inline:
        if isinstance(each, PrimaryKey | Unique):
            (apart if each.columns in seen else inside).append(each)
            seen.add(each.columns)
        else:
            inside.append(each)
    return inside, apart


def _create(new: Table) -> Statements:
    return create_with(new, ())


def _drop(old: Table) -> Statements:
    return (
        PlannedStatement(
            f"DROP TABLE {qualified(old.schema, old.name)}",
            f"Drop table {old.identity.qualified}",
            old.identity,
            destructive=True,
            hazards=("the table's rows are lost",),
        ),
    )


def _flag(table: Table, sql: str, undo: str) -> PlannedStatement:
    at = f"ALTER TABLE {qualified(table.schema, table.name)}"
    rewrites = ("rewrites the table under ACCESS EXCLUSIVE",) if "LOGGED" in sql else ()
    return PlannedStatement(
        f"{at} {sql}",
        f"{sql.capitalize()} on {table.identity}",
        table.identity,
        undo=f"{at} {undo}",
        hazards=rewrites,
    )


def _alter(old: Table, new: Table, _: World) -> Statements:
    found = []
    for flag, (on, off) in _FLAGS.items():
        if flag in new.options and flag not in old.options:
            found.append(_flag(new, on, off))
        elif flag in old.options and flag not in new.options:
            found.append(_flag(new, off, on))
    before, after = _parameters(old), _parameters(new)
    names = {option.split("=", 1)[0] for option in after}
    gone = sorted({option.split("=", 1)[0] for option in before} - names)
    if gone:
        back = ", ".join(option for option in before if option.split("=", 1)[0] in gone)
        found.append(_flag(new, f"RESET ({', '.join(gone)})", f"SET ({back})"))
    added = [option for option in after if option not in before]
    if added:
        undo = ", ".join(option.split("=", 1)[0] for option in added)
        found.append(_flag(new, f"SET ({', '.join(added)})", f"RESET ({undo})"))
    name = qualified(new.schema, new.name)
    return (*found, *comment_on(f"TABLE {name}", new.identity, old.comment, new.comment))


def _names(each: Table) -> Iterator[Hashable]:
    yield relation(each.schema, each.name)
    yield type_name(each.schema, each.name)


KIND = Kind(Table, _read, _create, _drop, _alter, late=True, names=_names)
