"""Extended statistics: CREATE STATISTICS."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    MATERIALIZED_VIEW,
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on,
    made_again,
    not_extension_member,
)
from ci_runner.dialects.postgres.plan.computed import is_torn, same_type
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text, texts
from ci_runner.schema.model import Identity
from ci_runner.schema.views import Statistics

# A target that is not set is -1, or has no value from PostgreSQL 17 on.
_QUERY = f"""
SELECT s.oid, sn.nspname, s.stxname,
       CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'table' END, n.nspname, c.relname,
       s.stxkind::text[], pg_catalog.pg_get_statisticsobjdef(s.oid),
       ARRAY(SELECT pg_catalog.quote_ident(a.attname) FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum = ANY (s.stxkeys) ORDER BY a.attnum),
       nullif(s.stxstattarget, -1)::int, pg_catalog.obj_description(s.oid, 'pg_statistic_ext')
FROM pg_catalog.pg_statistic_ext s
JOIN pg_catalog.pg_namespace sn ON sn.oid = s.stxnamespace
JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE ({MANAGED_TABLE} OR {MATERIALIZED_VIEW})
  AND {USER_SCHEMA.replace("n.nspname", "sn.nspname")}
  AND {not_extension_member("pg_statistic_ext", "s.oid")}
"""

_EXPRESSIONS = "e"


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, name, kind, table_schema, table, kinds, *rest in connection.query(_QUERY):
        definition, columns, target, comment = rest
        yield Found(
            Statistics(
                text(schema),
                text(name),
                Identity(text(kind), text(table_schema), text(table)),
                tuple(sorted(texts(kinds))),
                _in_order(settled(text(definition)), texts(columns)),
                None if target is None else integer(target),
                optional(comment),
            ),
            (("pg_statistic_ext", integer(oid), 0),),
        )


def _in_order(definition: str, columns: tuple[str, ...]) -> str:
    """The server lists columns as they stand in the table, which is not compared."""
    return definition.replace(f" ON {', '.join(columns)}", f" ON {', '.join(sorted(columns))}", 1)


def _create(new: Statistics) -> Statements:
    name = qualified(new.schema, new.name)
    return (
        PlannedStatement(
            new.definition,
            f"Create statistics {new.name} on {new.on.schema}.{new.on.name}",
            new.identity,
            undo=f"DROP STATISTICS {name}",
            hazards=("serves no query before the next ANALYZE",),
        ),
        *_targeted(replace(new, target=None), new),
        *comment_on(f"STATISTICS {name}", new.identity, None, new.comment),
    )


def _drop(old: Statistics) -> Statements:
    return (
        PlannedStatement(
            f"DROP STATISTICS {qualified(old.schema, old.name)}",
            f"Drop statistics {old.name} on {old.on.schema}.{old.on.name}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _alter(old: Statistics, new: Statistics, _: World) -> Statements | None:
    if replace(old, target=new.target, comment=new.comment) != new:
        return None
    name = qualified(new.schema, new.name)
    return (
        *_targeted(old, new),
        *comment_on(f"STATISTICS {name}", new.identity, old.comment, new.comment),
    )


def _targeted(old: Statistics, new: Statistics) -> Iterator[PlannedStatement]:
    """-1 takes a target off in every version."""
    if old.target != new.target:
        at = f"ALTER STATISTICS {qualified(new.schema, new.name)} SET STATISTICS"
        yield PlannedStatement(
            f"{at} {-1 if new.target is None else new.target}",
            f"Set the target of {new.identity}",
            new.identity,
            undo=f"{at} {-1 if old.target is None else old.target}",
        )


def _like(each: Statistics) -> Hashable:
    name = f"CREATE STATISTICS {qualified(each.schema, each.name)}"
    head, said, rest = each.definition.partition(name)
    return replace(
        each, name="", comment=None, definition=rest if said and not head else each.definition
    )


def _rename(old: Statistics, new: Statistics) -> Statements:
    before, after = qualified(old.schema, old.name), qualified(new.schema, new.name)
    renamed = PlannedStatement(
        f"ALTER STATISTICS {before} RENAME TO {quote(new.name)}",
        f"Rename {old.identity} to {new.name}",
        new.identity,
        undo=f"ALTER STATISTICS {after} RENAME TO {quote(old.name)}",
    )
    return (
        renamed,
        *comment_on(f"STATISTICS {after}", new.identity, old.comment, new.comment),
    )


def _names(each: Statistics) -> Iterator[Hashable]:
    yield ("statistics", each.schema, each.name)


def _in_the_way(each: Statistics, needed: Identity, world: World) -> bool:
    """The server makes them again for a column's new type, but not what it computes of an enum.

    A target is lost on the way: RememberStatisticsForRebuilding in commands/tablecmds.c.
    """
    if each.target is not None:
        return True
    if _EXPRESSIONS not in each.kinds:
        return False
    if needed.kind != "column" or same_type(needed, world):
        return True
    return is_torn(each.identity, each.definition, world)


KIND = Kind(
    Statistics,
    _read,
    _create,
    _drop,
    _alter,
    names=_names,
    in_the_way=_in_the_way,
    like=_like,
    rename=_rename,
    present=any_of("pg_statistic_ext"),
)
