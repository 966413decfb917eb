"""Rewrite rules of tables and views, apart from the one that makes a relation a view."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import firing
from ci_runner.dialects.postgres.firing import FIRING, TABLE_KIND
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    not_extension_member,
)
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text
from ci_runner.schema.routines import Rule

# An extension's members are relations; what stands on them is no member of its own.
_QUERY = f"""
SELECT r.oid, n.nspname, c.relname, r.rulename, {TABLE_KIND},
       pg_catalog.pg_get_ruledef(r.oid), r.ev_enabled::text,
       pg_catalog.obj_description(r.oid, 'pg_rewrite')
FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND {USER_SCHEMA} AND {not_extension_member("pg_class", "c.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for row in connection.query(_QUERY):
        oid, schema, table, name, table_kind, definition, enabled, comment = row
        yield Found(
            Rule(
                schema=text(schema),
                table=text(table),
                name=text(name),
                definition=settled(text(definition)).strip().rstrip(";"),
                enabled=FIRING[text(enabled)],
                comment=optional(comment),
                table_kind=text(table_kind),
            ),
            (("pg_rewrite", integer(oid), 0),),
        )


def _alter(old: Rule, new: Rule, _: World) -> Statements:
    replaced: Statements = ()
    if old.definition != new.definition:
        replaced = (
            PlannedStatement(
                firing.or_replace(new),
                f"Replace {firing.said(new)}",
                new.identity,
                undo=firing.or_replace(old),
            ),
        )
    return (*replaced, *firing.fires(old.enabled, new), *firing.comment(old.comment, new))


KIND = Kind(
    Rule,
    _read,
    firing.create,
    firing.drop,
    _alter,
    in_the_way=lambda *_: True,
    present=any_of("pg_rewrite", "x.oid >= 16384 AND x.rulename <> '_RETURN'"),
)
