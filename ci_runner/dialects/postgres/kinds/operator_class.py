"""Operator classes: there is no ALTER for what they are made of."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import members
from ci_runner.dialects.postgres.kind import USER_SCHEMA, Found, Kind, any_of, not_extension_member
from ci_runner.dialects.postgres.plain import Plain, own_name
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.operators import OperatorClass

_QUERY = f"""
SELECT o.oid, n.nspname, o.opcname, a.amname, pg_catalog.format_type(o.opcintype, NULL),
       fn.nspname, f.opfname, o.opcdefault,
       pg_catalog.format_type(nullif(o.opckeytype, 0), NULL),
       pg_catalog.obj_description(o.oid, 'pg_opclass')
FROM pg_catalog.pg_opclass o
JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace
JOIN pg_catalog.pg_am a ON a.oid = o.opcmethod
JOIN pg_catalog.pg_opfamily f ON f.oid = o.opcfamily
JOIN pg_catalog.pg_namespace fn ON fn.oid = f.opfnamespace
WHERE {USER_SCHEMA} AND {not_extension_member("pg_opclass", "o.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    members_of = members.read(connection, "pg_opclass")
    for oid, schema, name, method, kind, *family, default, storage, comment in connection.query(
        _QUERY
    ):
        mine = members_of.get(integer(oid), ())
        family_schema, family_name = map(text, family)
        yield Found(
            OperatorClass(
                schema=text(schema),
                name=text(name),
                method=text(method),
                type=text(kind),
                family=(family_schema, family_name),
                default=bool(default),
                storage=optional(storage),
                members=tuple(member for _, member in mine),
                comment=optional(comment),
            ),
            (("pg_opclass", integer(oid), 0), *(address for address, _ in mine)),
        )


def _title(each: OperatorClass) -> str:
    return f"{qualified(each.schema, each.name)} USING {quote(each.method)}"


def _body(each: OperatorClass) -> str:
    parts = [each.definition for each in each.members]
    # Something has to stand there: to store what it is made for is to store as usual.
    if each.storage or not parts:
        parts.insert(0, f"STORAGE {each.storage or each.type}")
    default = "DEFAULT " if each.default else ""
    listed = ",".join(f"\n  {part}" for part in parts)
    method, family = quote(each.method), qualified(*each.family)
    return f"{default}FOR TYPE {each.type} USING {method} FAMILY {family} AS{listed}"


_PLAIN: Plain[OperatorClass] = Plain("OPERATOR CLASS", _body, _title, called=own_name)
KIND = Kind(
    OperatorClass,
    _read,
    _PLAIN.create,
    _PLAIN.drop,
    _PLAIN.alter,
    names=_PLAIN.names,
    present=any_of("pg_opclass"),
)
