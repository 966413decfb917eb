"""Triggers, constraint triggers included; a partition's copies of its parent's are the server's."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import firing
from ci_runner.dialects.postgres.firing import FIRING, TABLE_KIND
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Address,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    described,
    not_extension_member,
)
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text
from ci_runner.schema.model import Trigger

# An extension's members are relations; what stands on them is no member of its own.
_QUERY = f"""
SELECT t.oid, t.tgconstraint, n.nspname, c.relname, t.tgname, {TABLE_KIND},
       pg_catalog.pg_get_triggerdef(t.oid), t.tgenabled::text,
       {described("t.oid", "pg_trigger")}
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND {USER_SCHEMA}
  AND {not_extension_member("pg_class", "c.oid")}
"""
_CONSTRAINT = "CREATE CONSTRAINT TRIGGER "


def _read(connection: Connection) -> Iterator[Found]:
    for row in connection.query(_QUERY):
        oid, constraint, schema, table, name, table_kind, definition, enabled, comment = row
        yield Found(
            Trigger(
                schema=text(schema),
                table=text(table),
                name=text(name),
                definition=settled(text(definition)),
                comment=optional(comment),
                table_kind=text(table_kind),
                enabled=FIRING[text(enabled)],
            ),
            tuple(_addresses(integer(oid), integer(constraint))),
        )


def _addresses(oid: int, constraint: int) -> Iterator[Address]:
    """Of a constraint trigger, pg_depend names the constraint as well."""
    yield ("pg_trigger", oid, 0)
    if constraint:
        yield ("pg_constraint", constraint, 0)


def _alter(old: Trigger, new: Trigger, _: World) -> Statements | None:
    """CREATE OR REPLACE, which constraint triggers lack: postgresql.org, sql-createtrigger."""
    comment = firing.comment(old.comment, new)
    if old.definition == new.definition:
        return (*firing.fires(old.enabled, new), *comment)
    if old.definition.startswith(_CONSTRAINT) or new.definition.startswith(_CONSTRAINT):
        return None
    before = (firing.or_replace(old), *(each.sql for each in firing.fires("origin", old)))
    replaced = PlannedStatement(
        firing.or_replace(new),
        f"Replace {firing.said(new)}",
        new.identity,
        undo=";\n".join(before),
    )
    # The server enables what it replaces.
    return (replaced, *firing.fires("origin", new), *comment)


KIND = Kind(
    Trigger,
    _read,
    firing.create,
    firing.drop,
    _alter,
    in_the_way=lambda *_: True,
    present=any_of("pg_trigger", "NOT x.tgisinternal"),
)
