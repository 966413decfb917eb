"""Columns: the ALTER TABLE forms of their changes. They are read with their tables."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import foreign, storage
from ci_runner.dialects.postgres.kind import (
    Kind,
    Statements,
    World,
    comment_on,
    relation,
)
from ci_runner.dialects.postgres.plan import rebuild
from ci_runner.dialects.postgres.plan.inheritance import is_made_again, loses_expression, retypes
from ci_runner.dialects.postgres.plan.offline import REWRITES, of_default
from ci_runner.dialects.postgres.plan.retype import another_type
from ci_runner.dialects.postgres.quote import literal, qualified, quote
from ci_runner.schema.model import Column, ColumnStorage, Identity, SchemaObject


def _identity_clause(column: Column) -> str:
    options = f" ({column.identity_options})" if column.identity_options else ""
    return f"GENERATED {column.identity_kind.upper()} AS IDENTITY{options}"


def clause(column: Column) -> str:
    """The column as it stands in CREATE TABLE."""
    parts = [quote(column.name), column.type]
    if column.storage.foreign_options:
        parts.append(foreign.listed(column.storage.foreign_options))
    if column.collation:
        parts.append(f"COLLATE {column.collation}")
    return " ".join([*parts, *_constraints(column)])


def typed_clause(column: Column) -> str:
    """The column as it stands in CREATE TABLE ... OF a type; "" where the type says it all."""
    parts = _constraints(column)
    return " ".join([quote(column.name), "WITH OPTIONS", *parts]) if parts else ""


def _constraints(column: Column) -> list[str]:
    parts = []
    if column.generated is not None:
        kind = " STORED" if column.generated_kind == "stored" else ""
        parts.append(f"GENERATED ALWAYS AS ({column.generated}){kind}")
    elif column.identity_kind:
        parts.append(_identity_clause(column))
    elif column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if column.not_null:
        parts.append("NOT NULL")
    return parts


def _table(column: Column) -> str:
    return qualified(column.schema, column.table)


def comment(old: str | None, new: Column) -> tuple[PlannedStatement, ...]:
    what = f"COLUMN {qualified(new.schema, new.table, new.name)}"
    return comment_on(what, new.identity, old, new.comment)


def _create(new: Column) -> Statements:
    hazards = []
    if new.generated_kind == "stored" or new.identity_kind:
        hazards.append(REWRITES)
    elif new.default is not None:
        hazards += of_default(new.default)
    elif new.not_null and new.generated is None:
        hazards.append(f"fails if the table has rows: SELECT count(*) FROM {_table(new)}")
    hazards += foreign.fill_in((), new.storage.foreign_options)
    return (
        PlannedStatement(
            f"ALTER {_sort(new)} {_table(new)} ADD COLUMN {clause(new)}",
            f"Add {new.identity}",
            new.identity,
            undo=f"ALTER TABLE {_table(new)} DROP COLUMN {quote(new.name)}",
            hazards=tuple(hazards),
        ),
        *after_creation(new),
    )


def _warns(new: Column, world: World) -> Iterator[str]:
    """A domain that asks something of its values is asked of each row."""
    _, types = world.types
    if types.asks(new.type) and not (new.generated_kind or new.identity_kind):
        yield REWRITES


def _sort(column: Column) -> str:
    return "FOREIGN TABLE" if column.storage.foreign_options else "TABLE"


def after_creation(new: Column) -> Statements:
    """What can only be said once the column is there."""
    made = ColumnStorage(foreign_options=new.storage.foreign_options)
    return (*storage.column(made, new), *comment(None, new))


def late(old: SchemaObject | None, new: SchemaObject, *, released: bool) -> Statements:
    """The default of a column that is there without it, or with the one of before."""
    if not isinstance(new, Column):
        return ()
    stays = isinstance(old, Column) and not _default_goes(old, new, released=released)
    before = old.default if isinstance(old, Column) and stays else None
    return (
        _statement(
            new,
            f"SET DEFAULT {new.default}",
            f"Set the default of {new.identity}",
            undo=f"SET DEFAULT {before}" if before else "DROP DEFAULT",
        ),
    )


def freed(old: SchemaObject) -> Statements:
    """What its default needs can go before the column does."""
    if not isinstance(old, Column):
        return ()
    undo = f"SET DEFAULT {old.default}"
    return (_statement(old, "DROP DEFAULT", f"Take the default off {old.identity}", undo=undo),)


def from_parents(inherited: Column, new: Column) -> Statements:
    """What a column of a new child has otherwise than its parents."""
    return (
        *_detached(inherited, new, released=False),
        *_attach(inherited, new, released=False),
        *storage.column(inherited.storage, new),
        *comment(None, new),
    )


def drop(old: Column, *, only: bool = False) -> Statements:
    """What is generated can be generated again; all other data is lost.

    With `only`, the children of the table keep the column.
    """
    lost = old.generated is None
    again = [f"ALTER TABLE {_table(old)} ADD COLUMN {clause(old)}"]
    again += [each.sql for each in after_creation(old)]
    return (
        PlannedStatement(
            f"ALTER TABLE {'ONLY ' * only}{_table(old)} DROP COLUMN {quote(old.name)}",
            f"Drop {old.identity}",
            old.identity,
            destructive=lost,
            undo=None if lost else ";\n".join(again),
            hazards=("the column's data is lost",) if lost else (),
        ),
    )


def _alter(old: Column, new: Column, world: World) -> Statements | None:
    """Every difference in an order that the server accepts."""
    if is_made_again(old, new):
        return None
    only = world.lineage.apart(new.identity)
    released = new.identity in world.released
    before: Statements = ()
    if retypes(old, new) and old.storage.mode:
        # The new type brings a way of storing of its own.
        plain = replace(old, storage=replace(old.storage, mode=""))
        before = tuple(storage.column(old.storage, plain, only))
        old = plain
    return (
        *before,
        *_retype(old, new, world),
        *_attached(old, new, world, released=released, only=only),
        *storage.column(old.storage, new, only),
        *comment(old.comment, new),
    )


def _attached(
    old: Column, new: Column, world: World, *, released: bool, only: frozenset[str]
) -> Iterator[PlannedStatement]:
    """NOT NULL of a partitioned table always reaches its partitions, and so does its undo."""
    table = world.new.table(new.schema, new.table)
    if "not_null" not in only or table is None or not table.partition_key:
        yield from _attach(old, new, released=released, only=only)
        return
    kept = [
        f"{_at(heir)} SET NOT NULL"
        for each in world.lineage.descendants(new.identity)
        if isinstance(heir := world.old.get(each), Column) and heir.not_null
    ]
    for each in _attach(old, new, released=released, only=only - {"not_null"}):
        forbids = each.sql.endswith(" SET NOT NULL") and each.undo is not None
        yield replace(each, undo=";\n".join([each.undo or "", *kept])) if forbids else each


def _at(column: Column, *, only: bool = False) -> str:
    return f"ALTER TABLE {'ONLY ' * only}{_table(column)} ALTER COLUMN {quote(column.name)}"


def _statement(
    column: Column,
    sql: str,
    summary: str,
    *,
    undo: str | None = None,
    hazards: tuple[str, ...] = (),
    undo_hazards: tuple[str, ...] = (),
    only: bool = False,
) -> PlannedStatement:
    at = _at(column, only=only)
    return PlannedStatement(
        f"{at} {sql}",
        summary,
        column.identity,
        undo=f"{at} {undo}" if undo else None,
        hazards=hazards,
        undo_hazards=undo_hazards,
    )


def _another_identity(old: Column, new: Column) -> bool:
    return bool(old.identity_kind) and old.identity_options != new.identity_options


def _detach(old: Column, new: Column, world: World) -> Statements:
    only = world.lineage.apart(new.identity)
    apart = tuple(_detached(old, new, released=new.identity in world.released, only=only))
    return (*apart, *(rebuild.as_text(old, world) if new.identity in world.as_text else ()))


def _detached(
    old: Column, new: Column, *, released: bool, only: frozenset[str] = frozenset()
) -> Iterator[PlannedStatement]:
    """Take off what stands in the way: an expression, an identity, a default of the old type."""
    if is_made_again(old, new):
        return
    if loses_expression(old, new):
        yield _statement(
            new,
            "DROP EXPRESSION",
            f"Make {new.identity} an ordinary column",
            undo_hazards=("PostgreSQL makes no column generated that is there",),
        )
    if old.identity_kind and (not new.identity_kind or _another_identity(old, new)):
        yield _statement(
            new,
            "DROP IDENTITY",
            f"Take the identity off {new.identity}",
            undo=f"ADD {_identity_clause(old)}",
        )
    if _default_goes(old, new, released=released):
        yield _statement(
            new,
            "DROP DEFAULT",
            f"Take the default off {new.identity}",
            undo=f"SET DEFAULT {old.default}",
            only="default" in only,
        )


def _default_goes(old: Column, new: Column, *, released: bool) -> bool:
    """Whether the old default is in the way of what comes; one that calls nothing never is."""
    if old.default is None:
        return False
    if released:
        return True
    calls = "(" in old.default and old.default != new.default
    return new.default is None or calls or retypes(old, new)


def _retype(old: Column, new: Column, world: World) -> Iterator[PlannedStatement]:
    if new.identity in world.moved and (not retypes(old, new) or new.identity in world.as_text):
        yield from rebuild.move(old, new, world)
    elif retypes(old, new):
        yield from another_type(old, new, world)


def _attach(
    old: Column, new: Column, *, released: bool, only: frozenset[str] = frozenset()
) -> Iterator[PlannedStatement]:
    goes = _default_goes(old, new, released=released)
    if new.default is not None and (goes or old.default != new.default):
        yield _statement(
            new,
            f"SET DEFAULT {new.default}",
            f"Set the default of {new.identity}",
            undo="DROP DEFAULT" if old.default is None or goes else f"SET DEFAULT {old.default}",
            only="default" in only,
        )
    if new.not_null and not old.not_null:
        yield _statement(
            new,
            "SET NOT NULL",
            f"Forbid NULL in {new.identity}",
            undo="DROP NOT NULL",
            hazards=(
                "scans the table under ACCESS EXCLUSIVE",
                f"fails if a row is NULL: {_nulls(new)}",
            ),
            only="not_null" in only,
        )
    if new.identity_kind and (not old.identity_kind or _another_identity(old, new)):
        yield _statement(
            new,
            f"ADD {_identity_clause(new)}",
            f"Make {new.identity} an identity column",
            undo="DROP IDENTITY",
            hazards=(f"counts from its start, whatever the rows hold: {_restart(new)}",),
        )
    elif new.identity_kind != old.identity_kind and new.identity_kind:
        yield _statement(
            new,
            f"SET GENERATED {new.identity_kind.upper()}",
            f"Generate {new.identity} {new.identity_kind}",
            undo=f"SET GENERATED {old.identity_kind.upper()}",
        )
    if old.not_null and not new.not_null:
        yield _statement(
            new,
            "DROP NOT NULL",
            f"Allow NULL in {new.identity}",
            undo="SET NOT NULL",
            only="not_null" in only,
        )


def _nulls(column: Column) -> str:
    """The query that counts the rows in the way of SET NOT NULL."""
    return f"SELECT count(*) FROM {_table(column)} WHERE {quote(column.name)} IS NULL"


def _restart(column: Column) -> str:
    """What sets a fresh identity behind the rows that are there."""
    table, name = literal(_table(column)), literal(column.name)
    return (
        f"SELECT setval(pg_get_serial_sequence({table}, {name}), max({quote(column.name)}))"
        f" FROM {_table(column)}"
    )


def _names(each: Column) -> Iterator[Hashable]:
    """An identity column has a sequence, which the server names like this."""
    if each.identity_kind:
        yield relation(each.schema, f"{each.table}_{each.name}_seq")


def _disturbs(old: Column, new: Column, world: World) -> Iterator[Identity]:
    if retypes(old, new) or new.identity in world.moved:
        yield old.identity
        yield from world.lineage.descendants(old.identity)


def _in_the_way(each: Column, _: Identity, __: World) -> bool:
    """The server retypes nothing that a generated column is computed from."""
    return each.generated is not None


def _releases(each: Column, needed: Identity, world: World) -> bool:
    """A column cannot let go of its type; whatever else it needs, its default needs."""
    return each.default is not None and not rebuild.made_of(each, world.old.get(needed))


def _read_with_tables(_: Connection) -> tuple[()]:
    """Columns are read for all tables at once, by `read`, and live in their table."""
    return ()


KIND = Kind(
    Column,
    _read_with_tables,
    _create,
    drop,
    _alter,
    detach=_detach,
    warns=_warns,
    late=True,
    names=_names,
    disturbs=_disturbs,
    in_the_way=_in_the_way,
    releases=_releases,
)
