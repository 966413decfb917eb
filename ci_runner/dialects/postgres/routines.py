"""What functions, procedures and aggregates share: names, their catalogue query, OR REPLACE."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import TypeAlias

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Address,
    Statements,
    World,
    comment_on,
    described,
    made_again,
)
from ci_runner.dialects.postgres.quote import qualified
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text, texts
from ci_runner.frozen import frozen
from ci_runner.schema.model import SchemaObject
from ci_runner.schema.routines import Aggregate, Function, Procedure

Coded: TypeAlias = Function | Procedure
Routine: TypeAlias = Coded | Aggregate

# Neither an extension's nor a range type's own; needs p and n in scope.
OWN_ROUTINE = (
    f"{USER_SCHEMA} AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e"
    " WHERE e.classid = 'pg_catalog.pg_proc'::regclass AND e.objid = p.oid"
    " AND e.deptype IN ('e', 'i'))"
)

# The body of a compiled function is the name of a symbol: it mentions nothing.
_QUERY = f"""
SELECT p.oid, n.nspname, p.proname, pg_catalog.oidvectortypes(p.proargtypes),
       pg_catalog.pg_get_function_identity_arguments(p.oid),
       pg_catalog.pg_get_function_arguments(p.oid), l.lanname,
       coalesce(pg_catalog.pg_get_function_result(p.oid), ''),
       pg_catalog.pg_get_functiondef(p.oid),
       CASE WHEN p.prosqlbody IS NULL AND l.lanname NOT IN ('c', 'internal')
            THEN p.prosrc ELSE '' END,
       p.prosqlbody IS NOT NULL, p.proargnames, p.proargmodes::text[],
       p.pronargs::int, p.pronargdefaults::int,
       CASE WHEN p.proargmodes IS NOT NULL THEN
            ARRAY(SELECT pg_catalog.concat_ws(' ', p.proargmodes[u.place],
                         p.proargnames[u.place], pg_catalog.format_type(u.type, NULL))
                  FROM unnest(p.proallargtypes) WITH ORDINALITY u(type, place)
                  WHERE p.proargmodes[u.place] IN ('o', 'b', 't') ORDER BY u.place) END,
       {described("p.oid", "pg_proc")}
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.prokind = '{{kind}}' AND {OWN_ROUTINE}
"""
_CREATE = re.compile(r"CREATE OR REPLACE (?=FUNCTION|PROCEDURE)")
_POLYMORPHIC = re.compile(r"\bany(element|array|nonarray|enum|range|multirange|compatible\w*)?\b")


@frozen
class Row:
    """One row of pg_proc, named."""

    address: Address
    schema: str
    name: str
    types: str
    signature: str
    arguments: str
    language: str
    result: str
    definition: str
    body: str
    inputs: tuple[str, ...]
    defaults: int
    outputs: tuple[str, ...]
    comment: str | None


def question(prokind: str) -> str:
    """Routines of one prokind: f, w or p."""
    return _QUERY.format(kind=prokind)


def rows(connection: Connection, prokind: str) -> Iterator[Row]:
    """What that gives."""
    for row in connection.query(question(prokind)):
        oid, *words, atomic, names, modes, count, defaults, outputs, comment = row
        schema, name, types, signature, arguments, language, result, definition, body = map(
            text, words
        )
        yield Row(
            ("pg_proc", integer(oid), 0),
            schema,
            name,
            types,
            signature,
            arguments,
            language,
            result,
            # Only what the server prints from a tree can be printed in two ways.
            settled(definition).strip() if atomic else definition.strip(),
            body,
            _inputs(names, modes, integer(count)),
            integer(defaults),
            texts(outputs),
            optional(comment),
        )


def _inputs(names: object, modes: object, count: int) -> tuple[str, ...]:
    """The name of each input argument, "" where it has none."""
    taken = texts(modes) or ("i",) * count
    named = texts(names) or ("",) * len(taken)
    return tuple(name for name, mode in zip(named, taken, strict=True) if mode in "ibv")


def called(each: Routine) -> str:
    """The routine as DROP and COMMENT name it."""
    return f"{qualified(each.schema, each.name)}({each.signature})"


def word(each: Routine) -> str:
    """FUNCTION, PROCEDURE or AGGREGATE."""
    return each.identity.kind.upper()


def comment(old: str | None, new: Routine) -> Statements:
    return comment_on(f"{word(new)} {called(new)}", new.identity, old, new.comment)


def drop_sql(each: Routine) -> str:
    return f"DROP {word(each)} {called(each)}"


def dropped(old: Routine, creation: Statements) -> Statements:
    return (
        PlannedStatement(
            drop_sql(old), f"Drop {old.identity}", old.identity, undo=made_again(creation)
        ),
    )


def create(new: Coded) -> Statements:
    return (
        PlannedStatement(
            _CREATE.sub("CREATE ", new.definition, count=1),
            f"Create {new.identity}",
            new.identity,
            undo=drop_sql(new),
        ),
        *comment(None, new),
    )


def drop(old: Coded) -> Statements:
    return dropped(old, create(old))


def replaced(
    old: Routine, new: Routine, world: World, sql: tuple[str, str | None], again: Statements
) -> Statements:
    """CREATE OR REPLACE with its undo, None where the old one may not replace the new one.

    It is then dropped and created `again`, unless that would take something else along.
    """
    do, undo = sql
    used = world.dependents.get(old.identity) or world.contents.get(old.identity)
    if undo is None and not used:
        undo = f"{drop_sql(new)};\n{made_again(again)}"
    kept = ("its defaults can't go while others use it",) if undo is None else ()
    return (
        PlannedStatement(do, f"Replace {new.identity}", new.identity, undo=undo, undo_hazards=kept),
    )


def alter(old: Coded, new: Coded, world: World) -> Statements | None:
    if old.definition == new.definition:
        return comment(old.comment, new)
    if not replaces(old, new):
        return None
    sql = (new.definition, old.definition if replaces(new, old) else None)
    return (*replaced(old, new, world, sql, create(old)), *comment(old.comment, new))


def replaces(old: Coded, new: Coded) -> bool:
    """Whether CREATE OR REPLACE accepts `new` over `old`: postgresql.org, sql-createfunction."""
    same_shape = _shape(old) == _shape(new)
    names_stay = all(
        before in {"", after} for before, after in zip(old.inputs, new.inputs, strict=True)
    )
    # A default of a polymorphic argument has a type of its own, which has to stay.
    keeps = old.arguments == new.arguments or not _POLYMORPHIC.search(old.types)
    return (
        same_shape and names_stay and old.defaults <= new.defaults and (keeps or not old.defaults)
    )


def _shape(each: Coded) -> tuple[object, ...]:
    if isinstance(each, Function):
        return (each.window, each.result, each.outputs)
    return (each.outputs,)


def names(each: SchemaObject) -> Iterator[Hashable]:
    """Functions, procedures and aggregates share a name space: name and input types."""
    yield ("routine", each.identity.schema, each.identity.name)
