"""Views."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    comment_on,
    made_again,
    not_extension_member,
    relation,
    type_name,
)
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.rows import integer, optional, settled, text, texts
from ci_runner.schema.model import View

# A collation that is not that of the type is part of a column's type to CREATE OR REPLACE.
_COLUMN_TYPES = """
ARRAY(SELECT pg_catalog.format_type(a.atttypid, a.atttypmod)
             || CASE WHEN a.attcollation <> t.typcollation
                THEN ' COLLATE ' || a.attcollation::regcollation::text ELSE '' END
      FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum)
"""

_QUERY = f"""
SELECT c.oid, n.nspname, c.relname,
       ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 ORDER BY a.attnum),
       {_COLUMN_TYPES}, pg_catalog.pg_get_viewdef(c.oid), c.reloptions,
       pg_catalog.obj_description(c.oid, 'pg_class'),
       ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
             JOIN pg_catalog.pg_description d ON d.classoid = 'pg_catalog.pg_class'::regclass
                  AND d.objoid = c.oid AND d.objsubid = a.attnum
             WHERE a.attrelid = c.oid ORDER BY a.attnum),
       ARRAY(SELECT d.description FROM pg_catalog.pg_description d
             WHERE d.classoid = 'pg_catalog.pg_class'::regclass
                   AND d.objoid = c.oid AND d.objsubid > 0 ORDER BY d.objsubid)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v' AND {USER_SCHEMA} AND {not_extension_member("pg_class", "c.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, name, columns, types, body, options, comment, *rest in connection.query(
        _QUERY
    ):
        commented, comments = map(texts, rest)
        yield Found(
            View(
                schema=text(schema),
                name=text(name),
                columns=texts(columns),
                definition=settled(text(body)).strip().rstrip(";"),
                options=tuple(sorted(texts(options))),
                column_types=texts(types),
                comment=optional(comment),
                column_comments=tuple(zip(commented, comments, strict=True)),
            ),
            (("pg_class", integer(oid), 0),),
        )


def _sql(view: View, verb: str) -> str:
    names = ", ".join(quote(column) for column in view.columns)
    options = f" WITH ({', '.join(view.options)})" if view.options else ""
    columns = f" ({names})" if names else ""
    return f"{verb} {qualified(view.schema, view.name)}{columns}{options} AS\n{view.definition}"


def _create(new: View) -> Statements:
    name = qualified(new.schema, new.name)
    return (
        PlannedStatement(
            _sql(new, "CREATE VIEW"),
            f"Create view {new.identity.qualified}",
            new.identity,
            undo=f"DROP VIEW {name}",
        ),
        *_comments(None, new),
    )


def _drop(old: View) -> Statements:
    return (
        PlannedStatement(
            f"DROP VIEW {qualified(old.schema, old.name)}",
            f"Drop view {old.identity.qualified}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _alter(old: View, new: View, _: World) -> Statements | None:
    """CREATE OR REPLACE, which may only append columns: postgresql.org, sql-createview."""
    count = len(old.columns)
    if (old.columns, old.column_types) != (new.columns[:count], new.column_types[:count]):
        return None
    replaced: Statements = ()
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
    return (*replaced, *_comments(old, new))


def _comments(old: View | None, new: View) -> Iterator[PlannedStatement]:
    name = qualified(new.schema, new.name)
    yield from comment_on(f"VIEW {name}", new.identity, old.comment if old else None, new.comment)
    before, after = dict(old.column_comments if old else ()), dict(new.column_comments)
    for column in new.columns:
        what = f"COLUMN {name}.{quote(column)}"
        yield from comment_on(what, new.identity, before.get(column), after.get(column))


def _names(each: View) -> Iterator[Hashable]:
    yield relation(each.schema, each.name)
    yield type_name(each.schema, each.name)


KIND = Kind(
    View,
    _read,
    _create,
    _drop,
    _alter,
    names=_names,
    in_the_way=lambda *_: True,
)
