"""Views."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Found,
    Kind,
    World,
    comment_on,
    not_extension_member,
)
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.rows import integer, optional, settled, text, texts
from ci_runner.schema.model import View

_QUERY = f"""
SELECT c.oid, n.nspname, c.relname,
       ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum),
       ARRAY(SELECT pg_catalog.format_type(a.atttypid, a.atttypmod)
             FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum),
       pg_catalog.pg_get_viewdef(c.oid), c.reloptions,
       pg_catalog.obj_description(c.oid, 'pg_class')
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v' AND {USER_SCHEMA} AND {not_extension_member("pg_class", "c.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, name, columns, types, body, options, comment in connection.query(_QUERY):
        yield Found(
            View(
                schema=text(schema),
                name=text(name),
                columns=texts(columns),
                definition=settled(text(body)).strip().rstrip(";"),
                options=tuple(sorted(texts(options))),
                column_types=texts(types),
                comment=optional(comment),
            ),
            (("pg_class", integer(oid), 0),),
        )


def _sql(view: View, verb: str) -> str:
    names = ", ".join(quote(column) for column in view.columns)
    options = f" WITH ({', '.join(view.options)})" if view.options else ""
    columns = f" ({names})" if names else ""
    return f"{verb} {qualified(view.schema, view.name)}{columns}{options} AS\n{view.definition}"


def _create(new: View) -> tuple[PlannedStatement, ...]:
    name = qualified(new.schema, new.name)
    return (
        PlannedStatement(
            _sql(new, "CREATE VIEW"),
            f"Create view {new.identity.qualified}",
            new.identity,
            undo=f"DROP VIEW {name}",
        ),
        *comment_on(f"VIEW {name}", new.identity, None, new.comment),
    )


def _drop(old: View) -> tuple[PlannedStatement, ...]:
    return (
        PlannedStatement(
            f"DROP VIEW {qualified(old.schema, old.name)}",
            f"Drop view {old.identity.qualified}",
            old.identity,
            undo=_sql(old, "CREATE VIEW"),
        ),
    )


def _alter(old: View, new: View, _: World) -> tuple[PlannedStatement, ...] | None:
    """CREATE OR REPLACE, which may only append columns: postgresql.org, sql-createview."""
    count = len(old.columns)
    if (old.columns, old.column_types) != (new.columns[:count], new.column_types[:count]):
        return None
    replaced: tuple[PlannedStatement, ...] = ()
    if (old.definition, old.options) != (new.definition, new.options):
        undo = _sql(old, "CREATE OR REPLACE VIEW") if count == len(new.columns) else None
        replaced = (
            PlannedStatement(
                _sql(new, "CREATE OR REPLACE VIEW"),
                f"Replace view {new.identity.qualified}",
                new.identity,
                undo=undo,
            ),
        )
    name = qualified(new.schema, new.name)
    return (*replaced, *comment_on(f"VIEW {name}", new.identity, old.comment, new.comment))


KIND = Kind(View, _read, _create, _drop, _alter)
