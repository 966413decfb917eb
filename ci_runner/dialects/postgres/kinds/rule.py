"""Rewrite rules of tables and views, apart from the one that makes a relation a view."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.firing import FIRING, TABLE_KIND, fires
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    comment_on,
    made_again,
    not_extension_member,
)
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.rows import integer, optional, settled, text
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


def _on_table(each: Rule) -> str:
    return f"{quote(each.name)} ON {qualified(each.schema, each.table)}"


def _said(each: Rule) -> str:
    return f"rule {each.name} on {each.schema}.{each.table}"


def _comment(old: str | None, new: Rule) -> Statements:
    return comment_on(f"RULE {_on_table(new)}", new.identity, old, new.comment)


def _create(new: Rule) -> Statements:
    return (
        PlannedStatement(
            new.definition,
            f"Create {_said(new)}",
            new.identity,
            undo=f"DROP RULE {_on_table(new)}",
        ),
        *fires("origin", new),
        *_comment(None, new),
    )


def _drop(old: Rule) -> Statements:
    return (
        PlannedStatement(
            f"DROP RULE {_on_table(old)}",
            f"Drop {_said(old)}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _alter(old: Rule, new: Rule, _: World) -> Statements:
    replaced: Statements = ()
    if old.definition != new.definition:
        replaced = (
            PlannedStatement(
                _or_replace(new),
                f"Replace {_said(new)}",
                new.identity,
                undo=_or_replace(old),
            ),
        )
    return (*replaced, *fires(old.enabled, new), *_comment(old.comment, new))


def _or_replace(each: Rule) -> str:
    return each.definition.replace("CREATE RULE", "CREATE OR REPLACE RULE", 1)


KIND = Kind(Rule, _read, _create, _drop, _alter, in_the_way=lambda *_: True)
