"""What each file in `kinds/` provides: how one kind of object is read, compared and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.quote import literal
from ci_runner.schema.model import Identity, Schema, SchemaObject

T = TypeVar("T", bound=SchemaObject)

# (catalogue, oid, attribute number or 0): how pg_depend names an object.
Address = tuple[str, int, int]

# System schemas; the parameter-free condition that every catalogue query here needs.
USER_SCHEMA = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"


def not_extension_member(catalogue: str, oid: str) -> str:
    """SQL condition: the object was not made by CREATE EXTENSION."""
    return (
        "NOT EXISTS (SELECT FROM pg_catalog.pg_depend e"
        f" WHERE e.classid = 'pg_catalog.{catalogue}'::regclass AND e.objid = {oid}"
        " AND e.deptype = 'e')"
    )


# Ordinary tables that are neither partitions nor inheritance children; needs c and n in scope.
MANAGED_TABLE = (
    f"c.relkind = 'r' AND NOT c.relispartition AND {USER_SCHEMA}"
    " AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid)"
    f" AND {not_extension_member('pg_class', 'c.oid')}"
)


@dataclass(frozen=True, slots=True)
class Found:
    """An object read from the catalogue, with every address that pg_depend may use for it.

    `parts` are the addresses of what lives inside it; `storage` is the file node of relations.
    """

    object: SchemaObject
    addresses: tuple[Address, ...]
    parts: tuple[tuple[Identity, Address], ...] = ()
    storage: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """Both schemas, for changes that must know what else uses an object."""

    old: Schema
    new: Schema


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """One kind of object.

    `alter` returns None where PostgreSQL can only drop the object and make it again.
    """

    type: type[T]
    read: Callable[[Connection], Iterable[Found]]
    create: Callable[[T], tuple[PlannedStatement, ...]]
    drop: Callable[[T], tuple[PlannedStatement, ...]]
    alter: Callable[[T, T, World], tuple[PlannedStatement, ...] | None]


def comment_on(
    what: str, identity: Identity, old: str | None, new: str | None
) -> tuple[PlannedStatement, ...]:
    """COMMENT ON `what` when it differs; `what` is SQL such as `TABLE public.users`."""
    if old == new:
        return ()

    def sql(comment: str | None) -> str:
        return f"COMMENT ON {what} IS {'NULL' if comment is None else literal(comment)}"

    return (
        PlannedStatement(
            sql(new),
            f"{'Remove' if new is None else 'Set'} the comment on {identity}",
            identity,
            undo=sql(old),
        ),
    )
