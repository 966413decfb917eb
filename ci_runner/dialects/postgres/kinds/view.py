"""Views."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import views
from ci_runner.dialects.postgres.kind import (
    MANAGED_VIEW,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on,
    described,
    made_again,
    relation,
    type_name,
)
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text, texts
from ci_runner.schema.model import View

_QUERY = f"""
SELECT c.oid, n.nspname, c.relname, {views.COLUMNS}, {views.COLUMN_TYPES},
       pg_catalog.pg_get_viewdef(c.oid), c.reloptions,
       {described("c.oid", "pg_class")},
       ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
             JOIN pg_catalog.pg_description d ON d.classoid = 'pg_catalog.pg_class'::regclass
                  AND d.objoid = c.oid AND d.objsubid = a.attnum
             WHERE a.attrelid = c.oid ORDER BY a.attnum),
       ARRAY(SELECT d.description FROM pg_catalog.pg_description d
             WHERE d.classoid = 'pg_catalog.pg_class'::regclass
                   AND d.objoid = c.oid AND d.objsubid > 0 ORDER BY d.objsubid),
       ARRAY(SELECT a.attname::text FROM pg_catalog.pg_attribute a
             JOIN pg_catalog.pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum
             WHERE a.attrelid = c.oid ORDER BY a.attnum),
       ARRAY(SELECT pg_catalog.pg_get_expr(f.adbin, f.adrelid) FROM pg_catalog.pg_attrdef f
             WHERE f.adrelid = c.oid ORDER BY f.adnum)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {MANAGED_VIEW}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, name, columns, types, body, options, comment, *rest in connection.query(
        _QUERY
    ):
        commented, comments, defaulting, defaults = map(texts, rest)
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
                column_defaults=tuple(
                    zip(defaulting, (settled(each) for each in defaults), strict=True)
                ),
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
        *_defaults_set(new, {}),
        *_comments(new, None, {}),
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


def _alter(old: View, new: View, world: World) -> Statements | None:
    """In place where at most names and options differ, else CREATE OR REPLACE.

    That may only append columns: postgresql.org, sql-createview.
    """
    names = views.renamed(old, new, world)
    if names is None:
        count = len(old.columns)
        if (old.columns, old.column_types) != (new.columns[:count], new.column_types[:count]):
            return None
        changed: Statements = (_replaced(old, new, world),)
    else:
        changed = (*views.rename_columns(new, names), *views.set_options(old, new))
    called = dict(names or ())
    defaults = {called.get(name, name): default for name, default in old.column_defaults}
    comments = {called.get(name, name): comment for name, comment in old.column_comments}
    return (
        *_defaults_dropped(old, new, called),
        *changed,
        *_defaults_set(new, defaults),
        *_comments(new, old.comment, comments),
    )


def _replaced(old: View, new: View, world: World) -> PlannedStatement:
    """Columns that came cannot go in place: the way back makes a view anew that nothing uses."""
    if len(old.columns) == len(new.columns):
        undo: str | None = _sql(old, "CREATE OR REPLACE VIEW")
    elif world.dependents.get(old.identity) or world.contents_after.get(new.identity):
        undo = None
    else:
        again = _create(old)
        undo = f"DROP VIEW {qualified(new.schema, new.name)};\n{made_again(again)}"
    return PlannedStatement(
        _sql(new, "CREATE OR REPLACE VIEW"),
        f"Replace view {new.identity.qualified}",
        new.identity,
        undo=undo,
        undo_hazards=("its columns can't go while others use it",) if undo is None else (),
    )


def _defaults_dropped(
    old: View, new: View, called: Mapping[str, str]
) -> Iterator[PlannedStatement]:
    kept = dict(new.column_defaults)
    for column, default in old.column_defaults:
        if called.get(column, column) not in kept:
            yield _default(old, column, "DROP DEFAULT", f"SET DEFAULT {default}")


def _defaults_set(new: View, before: Mapping[str, str]) -> Iterator[PlannedStatement]:
    for column, default in new.column_defaults:
        if before.get(column) != default:
            back = f"SET DEFAULT {before[column]}" if column in before else "DROP DEFAULT"
            yield _default(new, column, f"SET DEFAULT {default}", back)


def _default(view: View, column: str, sql: str, undo: str) -> PlannedStatement:
    at = f"{views.altered(view)} ALTER COLUMN {quote(column)}"
    does = "Set" if sql.startswith("SET") else "Drop"
    return PlannedStatement(
        f"{at} {sql}",
        f"{does} the default of column {column} of {view.identity}",
        view.identity,
        undo=f"{at} {undo}",
    )


def _comments(
    new: View, before: str | None, columns: Mapping[str, str]
) -> Iterator[PlannedStatement]:
    name = qualified(new.schema, new.name)
    yield from comment_on(f"VIEW {name}", new.identity, before, new.comment)
    after = dict(new.column_comments)
    for column in new.columns:
        what = f"COLUMN {name}.{quote(column)}"
        yield from comment_on(what, new.identity, columns.get(column), after.get(column))


def _names(each: View) -> Iterator[Hashable]:
    yield relation(each.schema, each.name)
    yield type_name(each.schema, each.name)


KIND = Kind(
    View,
    _read,
    _create,
    _drop,
    _alter,
    prints=(_QUERY,),
    names=_names,
    in_the_way=lambda *_: True,
    present=any_of("pg_rewrite", "x.ev_class >= 16384 AND x.rulename = '_RETURN'"),
)
