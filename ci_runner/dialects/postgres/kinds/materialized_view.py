"""Materialized views. Their indexes are indexes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import views
from ci_runner.dialects.postgres.kind import (
    MATERIALIZED_VIEW,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on,
    made_again,
    relation,
    type_name,
)
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text, texts
from ci_runner.schema.views import ColumnSettings, MaterializedView

_QUERY = f"""
SELECT c.oid, n.nspname, c.relname, {views.COLUMNS}, {views.COLUMN_TYPES},
       pg_catalog.pg_get_viewdef(c.oid), c.relispopulated, c.relfilenode::text,
       ARRAY(SELECT x FROM unnest(c.reloptions) x
             UNION ALL SELECT 'toast.' || x FROM unnest(toast.reloptions) x),
       coalesce(s.spcname, ''), CASE am.amname WHEN 'heap' THEN '' ELSE am.amname::text END,
       pg_catalog.obj_description(c.oid, 'pg_class')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = c.relam
LEFT JOIN pg_catalog.pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
WHERE {MATERIALIZED_VIEW}
"""

# The target has no value rather than -1 from PostgreSQL 17 on.
_SETTINGS = f"""
SELECT c.oid, a.attname, a.attstorage, t.typstorage, coalesce(a.attstattarget, -1)::int,
       a.attcompression, a.attoptions, pg_catalog.col_description(c.oid, a.attnum)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE {MATERIALIZED_VIEW} ORDER BY c.oid, a.attnum
"""

_STORAGE = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
_COMPRESSION = {"": "", "p": "pglz", "l": "lz4"}


def _read(connection: Connection) -> Iterator[Found]:
    settings: dict[int, list[ColumnSettings]] = {}
    for oid, column, storage, usual, target, compression, parameters, comment in connection.query(
        _SETTINGS
    ):
        settings.setdefault(integer(oid), []).append(
            ColumnSettings(
                text(column),
                _STORAGE[text(storage)],
                _STORAGE[text(usual)],
                integer(target),
                _COMPRESSION[text(compression)],
                tuple(sorted(texts(parameters))),
                optional(comment),
            )
        )
    for oid, schema, name, columns, types, body, populated, node, *rest in connection.query(_QUERY):
        options, tablespace, method, comment = rest
        yield Found(
            MaterializedView(
                schema=text(schema),
                name=text(name),
                columns=texts(columns),
                definition=settled(text(body)).strip().rstrip(";"),
                column_types=texts(types),
                options=tuple(sorted(texts(options))),
                settings=tuple(settings.get(integer(oid), ())),
                tablespace=text(tablespace),
                method=text(method),
                comment=optional(comment),
                populated=bool(populated),
            ),
            (("pg_class", integer(oid), 0),),
            storage=text(node),
        )


def _create(new: MaterializedView) -> Statements:
    name = qualified(new.schema, new.name)
    columns = ", ".join(quote(column) for column in new.columns)
    parts = [
        f"CREATE MATERIALIZED VIEW {name}{f' ({columns})' if columns else ''}",
        f" USING {quote(new.method)}" if new.method else "",
        f" WITH ({', '.join(new.options)})" if new.options else "",
        f" TABLESPACE {quote(new.tablespace)}" if new.tablespace else "",
        f" AS\n{new.definition}\n  WITH {'' if new.populated else 'NO '}DATA",
    ]
    plain = tuple(
        ColumnSettings(each.name, each.type_storage, each.type_storage) for each in new.settings
    )
    return (
        PlannedStatement(
            "".join(parts),
            f"Create materialized view {new.identity.qualified}",
            new.identity,
            undo=f"DROP MATERIALIZED VIEW {name}",
            hazards=("runs its query, which may take long; readers wait until then",)
            if new.populated
            else ("has no rows, and cannot be read, until it is refreshed",),
        ),
        *_settings(replace(new, settings=plain), new),
        *comment_on(f"MATERIALIZED VIEW {name}", new.identity, None, new.comment),
    )


def _drop(old: MaterializedView) -> Statements:
    return (
        PlannedStatement(
            f"DROP MATERIALIZED VIEW {qualified(old.schema, old.name)}",
            f"Drop materialized view {old.identity.qualified}",
            old.identity,
            undo=made_again(_create(old)),
            hazards=("its rows go with it; they are a copy, computed from what its query reads",),
        ),
    )


def _alter(old: MaterializedView, new: MaterializedView, world: World) -> Statements | None:
    """Its query cannot be replaced, and another access method would rewrite it all the same."""
    names = views.renamed(old, new, world)
    if names is None or old.method != new.method:
        return None
    called = dict(names)
    before = replace(
        old,
        settings=tuple(
            replace(each, name=called.get(each.name, each.name)) for each in old.settings
        ),
    )
    name = qualified(new.schema, new.name)
    return (
        *views.rename_columns(new, names),
        *views.set_options(old, new),
        *_tablespace(old, new),
        *_settings(before, new),
        *comment_on(f"MATERIALIZED VIEW {name}", new.identity, old.comment, new.comment),
    )


def _tablespace(old: MaterializedView, new: MaterializedView) -> Iterator[PlannedStatement]:
    """`pg_default` stands for the database's own, which is it unless somebody moved that too."""
    if old.tablespace != new.tablespace:
        at = f"{views.altered(new)} SET TABLESPACE"
        place = new.tablespace or "pg_default"
        yield PlannedStatement(
            f"{at} {quote(place)}",
            f"Move {new.identity} to tablespace {place}",
            new.identity,
            undo=f"{at} {quote(old.tablespace or 'pg_default')}",
            hazards=("copies its rows under ACCESS EXCLUSIVE",),
        )


def _settings(old: MaterializedView, new: MaterializedView) -> Iterator[PlannedStatement]:
    """What differs column by column; both have the same columns, in the same order."""
    name = qualified(new.schema, new.name)
    for before, after in zip(old.settings, new.settings, strict=True):
        at = f"{views.altered(new)} ALTER COLUMN {quote(after.name)}"
        for done, undone in zip(_changes(before, after), _changes(after, before), strict=True):
            yield PlannedStatement(
                f"{at} {done}",
                f"Set how column {after.name} of {new.identity} is stored or analysed",
                new.identity,
                undo=f"{at} {undone}",
            )
        what = f"COLUMN {name}.{quote(after.name)}"
        yield from comment_on(what, new.identity, before.comment, after.comment)


def _changes(before: ColumnSettings, after: ColumnSettings) -> Iterator[str]:
    """As many one way as the other."""
    if before.storage != after.storage:
        yield f"SET STORAGE {after.storage}"
    if before.compression != after.compression:
        yield f"SET COMPRESSION {after.compression or 'default'}"
    if before.statistics != after.statistics:
        yield f"SET STATISTICS {after.statistics}"
    kept = {each.split("=", 1)[0] for each in after.options}
    if before.options != after.options:
        gone = [each.split("=", 1)[0] for each in before.options]
        gone = [each for each in gone if each not in kept]
        actions = [f"SET ({', '.join(after.options)})"] if after.options else []
        if gone:
            actions.append(f"RESET ({', '.join(gone)})")
        yield f", ALTER COLUMN {quote(after.name)} ".join(actions)


def _names(each: MaterializedView) -> Iterator[Hashable]:
    yield relation(each.schema, each.name)
    yield type_name(each.schema, each.name)


KIND = Kind(
    MaterializedView,
    _read,
    _create,
    _drop,
    _alter,
    names=_names,
    in_the_way=lambda *_: True,
    present=any_of("pg_class", "x.oid >= 16384 AND x.relkind = 'm'"),
)
