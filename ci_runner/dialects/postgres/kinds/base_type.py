"""Base types, which are made of functions in C: a superuser makes them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    TYPE_KINDS,
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on_type,
    not_extension_member,
    type_name,
)
from ci_runner.dialects.postgres.plan import rebuild
from ci_runner.dialects.postgres.quote import literal, qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.model import Identity
from ci_runner.schema.types import BaseType

# Functions of the type, as CREATE TYPE and pg_type call them.
_FUNCTIONS = {
    "input": "typinput",
    "output": "typoutput",
    "receive": "typreceive",
    "send": "typsend",
    "typmod_in": "typmodin",
    "typmod_out": "typmodout",
    "analyze": "typanalyze",
    "subscript": "typsubscript",
}
_STORAGE = {"p": "plain", "e": "external", "x": "extended", "m": "main"}
_ALIGNMENT = {"c": "char", "s": "int2", "i": "int4", "d": "double"}
# What ALTER TYPE ... SET takes: postgresql.org, sql-altertype.
_SETTABLE = frozenset(
    {"receive", "send", "typmod_in", "typmod_out", "analyze", "subscript", "storage"}
)
_WORDS = (*_FUNCTIONS, "category", "delimiter", "default", "element")


def _function(column: str) -> str:
    return f"""
       (SELECT pg_catalog.quote_ident(fn.nspname) || '.' || pg_catalog.quote_ident(f.proname)
        FROM pg_catalog.pg_proc f JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
        WHERE f.oid = t.{column})"""


_QUERY = f"""
SELECT t.oid, t.typarray, n.nspname, t.typname, pg_catalog.obj_description(t.oid, 'pg_type'),
       t.typlen::int, t.typbyval, t.typalign, t.typstorage, t.typispreferred,
       t.typcollation <> 0, {", ".join(map(_function, _FUNCTIONS.values()))},
       nullif(t.typcategory, 'U'), nullif(t.typdelim, ','), t.typdefault,
       CASE WHEN t.typelem <> 0 THEN pg_catalog.format_type(t.typelem, NULL) END
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'b' AND t.typisdefined AND {USER_SCHEMA}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)
  AND {not_extension_member("pg_type", "t.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, array, schema, name, comment, *rest in connection.query(_QUERY):
        size, by_value, alignment, storage, preferred, collatable, *values = rest
        length = integer(size)
        options = [
            *_said(values),
            ("internallength", "variable" if length < 0 else str(length)),
            *([("passedbyvalue", "true")] if by_value else []),
            ("alignment", _ALIGNMENT[text(alignment)]),
            ("storage", _STORAGE[text(storage)]),
            *([("preferred", "true")] if preferred else []),
            *([("collatable", "true")] if collatable else []),
        ]
        yield Found(
            BaseType(text(schema), text(name), tuple(options), optional(comment)),
            (("pg_type", integer(oid), 0), ("pg_type", integer(array), 0)),
        )


def _said(values: list[object]) -> Iterator[tuple[str, str]]:
    for word, value in zip(_WORDS, map(optional, values), strict=True):
        if value is not None:
            quoted = word in {"category", "delimiter", "default"}
            yield word, literal(value) if quoted else value


def _create(new: BaseType) -> Statements:
    name = qualified(new.schema, new.name)
    lines = ",".join(f"\n  {word} = {value}" for word, value in new.options)
    return (
        PlannedStatement(
            f"CREATE TYPE {name} ({lines}\n)",
            f"Create {new.identity}",
            new.identity,
            undo=f"DROP TYPE {name} CASCADE",
        ),
        *comment_on_type(new.identity, None, new.comment),
    )


def _drop(old: BaseType) -> Statements:
    """Its own functions need it, and it needs them: none goes before the others."""
    return (
        PlannedStatement(
            f"DROP TYPE {qualified(old.schema, old.name)} CASCADE",
            f"Drop {old.identity} with its own functions",
            old.identity,
        ),
    )


def _alter(old: BaseType, new: BaseType, world: World) -> Statements | None:
    before, after = dict(old.options), dict(new.options)
    changed = sorted(
        word for word in before.keys() | after.keys() if before.get(word) != after.get(word)
    )
    # What is stored plain has no way to be stored otherwise.
    becomes = {before["storage"], after["storage"]}
    if not _SETTABLE.issuperset(changed) or (len(becomes) > 1 and "plain" in becomes):
        return None
    stored = _columns(new, before["storage"], after["storage"], world) if len(becomes) > 1 else ()
    return (
        *_set(new, changed, before, after),
        *stored,
        *comment_on_type(new.identity, old.comment, new.comment),
    )


def _columns(new: BaseType, before: str, after: str, world: World) -> Iterator[PlannedStatement]:
    """A column keeps how its type was stored when the column was made."""
    name = qualified(new.schema, new.name)
    for old, column in rebuild.columns(new.identity, world):
        if old.type == column.type == name and not column.storage.mode:
            at = (
                f"ALTER TABLE {qualified(column.schema, column.table)}"
                f" ALTER COLUMN {quote(column.name)} SET STORAGE"
            )
            yield PlannedStatement(
                f"{at} {after.upper()}",
                f"Store {column.identity} as its type says",
                column.identity,
                undo=f"{at} {before.upper()}",
            )


def _set(
    new: BaseType, changed: list[str], before: dict[str, str], after: dict[str, str]
) -> Statements:
    def sql(options: dict[str, str]) -> str:
        listed = ", ".join(f"{word} = {options.get(word, 'NONE')}" for word in changed)
        return f"ALTER TYPE {qualified(new.schema, new.name)} SET ({listed})"

    if not changed:
        return ()
    return (
        PlannedStatement(
            sql(after),
            f"Change {', '.join(changed)} of {new.identity}",
            new.identity,
            undo=sql(before),
        ),
    )


def _in_the_way(_: BaseType, needed: Identity, __: World) -> bool:
    return needed.kind in TYPE_KINDS or needed.kind in {"function", "shell type"}


def _names(each: BaseType) -> Iterator[Hashable]:
    yield type_name(each.schema, each.name)


KIND = Kind(
    BaseType,
    _read,
    _create,
    _drop,
    _alter,
    keeps="text",
    late=True,
    names=_names,
    in_the_way=_in_the_way,
    present=any_of("pg_type", "x.oid >= 16384 AND x.typinput >= 16384"),
)
