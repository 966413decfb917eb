"""Range types, each with the multirange type that comes with it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    TYPE_KINDS,
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on,
    comment_on_type,
    made_again,
    not_extension_member,
    type_name,
)
from ci_runner.dialects.postgres.quote import qualified
from ci_runner.dialects.postgres.read.rows import integer, integers, optional, text
from ci_runner.schema.model import Identity
from ci_runner.schema.types import RangeType

# The functions that make values come with the type, and are used under its name.
_QUERY = f"""
SELECT t.oid, t.typarray, m.oid, m.typarray, n.nspname, t.typname, mn.nspname, m.typname,
       pg_catalog.format_type(r.rngsubtype, NULL),
       (SELECT quote_ident(cn.nspname) || '.' || quote_ident(o.opcname)
        FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_namespace cn ON cn.oid = o.opcnamespace
        WHERE o.oid = r.rngsubopc AND NOT o.opcdefault),
       (SELECT quote_ident(cn.nspname) || '.' || quote_ident(o.collname)
        FROM pg_catalog.pg_collation o JOIN pg_catalog.pg_namespace cn ON cn.oid = o.collnamespace
        JOIN pg_catalog.pg_type s ON s.oid = r.rngsubtype AND s.typcollation <> o.oid
        WHERE o.oid = r.rngcollation),
       nullif(r.rngcanonical, 0)::regproc::text, nullif(r.rngsubdiff, 0)::regproc::text,
       pg_catalog.obj_description(t.oid, 'pg_type'), pg_catalog.obj_description(m.oid, 'pg_type'),
       ARRAY(SELECT d.objid::bigint FROM pg_catalog.pg_depend d
             WHERE d.classid = 'pg_catalog.pg_proc'::regclass AND d.deptype = 'i'
             AND d.refclassid = 'pg_catalog.pg_type'::regclass AND d.refobjid IN (t.oid, m.oid)
             ORDER BY d.objid)
FROM pg_catalog.pg_range r
JOIN pg_catalog.pg_type t ON t.oid = r.rngtypid
JOIN pg_catalog.pg_type m ON m.oid = r.rngmultitypid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
JOIN pg_catalog.pg_namespace mn ON mn.oid = m.typnamespace
WHERE {USER_SCHEMA} AND {not_extension_member("pg_type", "t.oid")}
"""
_WORDS = ("subtype_opclass", "collation", "canonical", "subtype_diff")


def _read(connection: Connection) -> Iterator[Found]:
    for row in connection.query(_QUERY):
        *types, schema, name, multi_schema, multi_name, subtype = row[:9]
        values, (comment, multi_comment, makers) = map(optional, row[9:13]), row[13:]
        options = zip(_WORDS, values, strict=True)
        yield Found(
            RangeType(
                schema=text(schema),
                name=text(name),
                subtype=text(subtype),
                multirange=(text(multi_schema), text(multi_name)),
                options=tuple((word, value) for word, value in options if value is not None),
                comment=optional(comment),
                multirange_comment=optional(multi_comment),
            ),
            (
                *(("pg_type", integer(oid), 0) for oid in types),
                *(("pg_proc", oid, 0) for oid in integers(makers)),
            ),
        )


def _usual_multirange(each: RangeType) -> tuple[str, str]:
    """The server's own choice, as far as the name is short: makeMultirangeTypeName."""
    if "range" in each.name:
        return each.schema, each.name.replace("range", "multirange", 1)
    return each.schema, f"{each.name}_multirange"


def _create(new: RangeType) -> Statements:
    name = qualified(new.schema, new.name)
    options = [("subtype", new.subtype), *new.options]
    if new.multirange != _usual_multirange(new) or len(new.multirange[1].encode()) > 50:
        options.append(("multirange_type_name", qualified(*new.multirange)))
    lines = ",".join(f"\n  {word} = {value}" for word, value in options)
    return (
        PlannedStatement(
            f"CREATE TYPE {name} AS RANGE ({lines}\n)",
            f"Create {new.identity}",
            new.identity,
            undo=f"DROP TYPE {name}",
        ),
        *_comments(None, new),
    )


def _comments(old: RangeType | None, new: RangeType) -> Statements:
    multi = f"TYPE {qualified(*new.multirange)}"
    return (
        *comment_on_type(new.identity, old.comment if old else None, new.comment),
        *comment_on(
            multi,
            new.identity,
            old.multirange_comment if old else None,
            new.multirange_comment,
        ),
    )


def _drop(old: RangeType) -> Statements:
    return (
        PlannedStatement(
            f"DROP TYPE {qualified(old.schema, old.name)}",
            f"Drop {old.identity}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _alter(old: RangeType, new: RangeType, _: World) -> Statements | None:
    """The name of the multirange type and comments change in place."""
    same = replace(
        old,
        multirange=(old.multirange[0], new.multirange[1]),
        comment=new.comment,
        multirange_comment=new.multirange_comment,
    )
    if same != new:
        return None
    if old.multirange == new.multirange:
        return _comments(old, new)

    def sql(before: RangeType, after: RangeType) -> str:
        to = qualified(after.multirange[1])
        return f"ALTER TYPE {qualified(*before.multirange)} RENAME TO {to}"

    renamed = PlannedStatement(
        sql(old, new),
        f"Rename the multirange type of {new.identity}",
        new.identity,
        undo=sql(new, old),
    )
    return (renamed, *_comments(old, new))


def _in_the_way(_: RangeType, needed: Identity, __: World) -> bool:
    return needed.kind in TYPE_KINDS or needed.kind in {"collation", "operator class", "function"}


def _names(each: RangeType) -> Iterator[Hashable]:
    yield type_name(each.schema, each.name)
    yield type_name(*each.multirange)


KIND = Kind(
    RangeType,
    _read,
    _create,
    _drop,
    _alter,
    keeps="text",
    late=True,
    names=_names,
    in_the_way=_in_the_way,
    present=any_of("pg_type", "x.oid >= 16384 AND x.typtype = 'r'"),
)
