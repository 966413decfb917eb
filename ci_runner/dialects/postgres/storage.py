"""How values, tables and indexes are kept, as ALTER TABLE and ALTER INDEX set it in place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres import foreign
from ci_runner.dialects.postgres.kind import Statements, comment_on
from ci_runner.dialects.postgres.quote import literal, qualified, quote
from ci_runner.schema.model import Column, ColumnStorage, Identity, IndexSettings

NO_SETTINGS = IndexSettings()


def names(options: Iterable[str]) -> list[str]:
    return [option.split("=", 1)[0] for option in options]


def parameter(option: str) -> str:
    """`name=value` as WITH and SET take it: a value that is no plain word or number is quoted."""
    name, _, value = option.partition("=")
    plain = value.replace(".", "").replace("-", "").replace("_", "").isalnum()
    return f"{name}={value if plain else literal(value)}"


def listed(options: Iterable[str]) -> str:
    return ", ".join(parameter(option) for option in options)


def reset_and_set(
    old: tuple[str, ...], new: tuple[str, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(SQL, undo) of the RESET and SET that lead from one list of parameters to another."""
    gone = sorted(set(names(old)) - set(names(new)))
    if gone:
        back = [option for option in old if option.split("=", 1)[0] in gone]
        yield f"RESET ({', '.join(gone)})", (f"SET ({listed(back)})",)
    added = [option for option in new if option not in old]
    if added:
        before = [option for option in old if option.split("=", 1)[0] in names(added)]
        fresh = [name for name in names(added) if name not in names(before)]
        undo = (f"SET ({listed(before)})",) * bool(before)
        undo += (f"RESET ({', '.join(fresh)})",) * bool(fresh)
        yield f"SET ({listed(added)})", undo


def column(
    old: ColumnStorage, new: Column, only: frozenset[str] = frozenset()
) -> Iterator[PlannedStatement]:
    """Every difference in how a column's values are kept; `only` is what heirs have otherwise."""
    table, what = qualified(new.schema, new.table), new.identity
    after = new.storage

    def statement(name: str, sql: str, summary: str, *undo: str) -> PlannedStatement:
        at = f"ALTER TABLE {'ONLY ' if name in only else ''}{table} ALTER COLUMN {quote(new.name)}"
        back = ";\n".join(f"{at} {each}" for each in undo)
        return PlannedStatement(f"{at} {sql}", summary, what, undo=back)

    if old.mode != after.mode:
        yield statement(
            "mode",
            f"SET STORAGE {_mode(after, new)}",
            f"Change how the values of {what} are stored",
            f"SET STORAGE {_mode(old, new)}",
        )
    if old.compression != after.compression:
        yield statement(
            "compression",
            f"SET COMPRESSION {after.compression or 'default'}",
            f"Change how values of {what} are compressed from now on",
            f"SET COMPRESSION {old.compression or 'default'}",
        )
    if old.statistics != after.statistics:
        yield statement(
            "statistics",
            f"SET STATISTICS {_target(after.statistics)}",
            f"Change the statistics target of {what}",
            f"SET STATISTICS {_target(old.statistics)}",
        )
    for sql, undo in reset_and_set(old.options, after.options):
        yield statement("options", sql, f"Change the planner's options of {what}", *undo)
    at = f"FOREIGN TABLE {table} ALTER COLUMN {quote(new.name)}"
    options = (old.foreign_options, after.foreign_options)
    yield from foreign.altered(at, what, f"the options of {what}", options)


# The storage of each type is in pg_type.typstorage: of built-in types, what may be toasted is
# extended, but for these. DEFAULT is a word only from PostgreSQL 16.
_MAIN = ("inet", "cidr", "numeric", "tsquery")


def _mode(storage: ColumnStorage, column: Column) -> str:
    if storage.mode:
        return storage.mode.upper()
    plain = column.type.split("(")[0]
    return "MAIN" if plain in _MAIN else "EXTENDED"


def _target(statistics: int | None) -> int:
    return -1 if statistics is None else statistics


def index(
    old: IndexSettings, new: IndexSettings, schema: str, name: str, on: Identity, what: Identity
) -> Statements:
    """Every difference in the settings of an index, or of that behind a constraint."""
    return tuple(_index(old, new, qualified(schema, name), name, on, what))


def _index(
    old: IndexSettings, new: IndexSettings, index: str, name: str, on: Identity, what: Identity
) -> Iterator[PlannedStatement]:
    table = qualified(on.schema, on.name)
    at = f"ALTER INDEX {index}"
    for sql, undo in reset_and_set(old.parameters, new.parameters):
        back = ";\n".join(f"{at} {each}" for each in undo)
        yield PlannedStatement(f"{at} {sql}", f"Change the parameters of {what}", what, undo=back)
    if old.tablespace != new.tablespace:
        yield PlannedStatement(
            f"{at} SET TABLESPACE {quote(new.tablespace or 'pg_default')}",
            f"Move {what} to another tablespace",
            what,
            undo=f"{at} SET TABLESPACE {quote(old.tablespace or 'pg_default')}",
            hazards=("holds ACCESS EXCLUSIVE on the index while it is copied",),
        )
    before, after = dict(old.statistics), dict(new.statistics)
    for position in sorted(before.keys() | after.keys()):
        was, will = before.get(position), after.get(position)
        if was != will:
            column = f"{at} ALTER COLUMN {position} SET STATISTICS"
            yield PlannedStatement(
                f"{column} {_target(will)}",
                f"Change the statistics target of {what}",
                what,
                undo=f"{column} {_target(was)}",
            )
    if new.replica_identity and not old.replica_identity:
        yield PlannedStatement(
            f"ALTER TABLE {table} REPLICA IDENTITY USING INDEX {quote(name)}",
            f"Identify rows of {on} in replication by {what}",
            what,
            undo=f"ALTER TABLE {table} REPLICA IDENTITY DEFAULT",
        )
    if new.clustered and not old.clustered:
        yield PlannedStatement(
            f"ALTER TABLE {table} CLUSTER ON {quote(name)}",
            f"Let CLUSTER sort {on} by {what}",
            what,
            undo=f"ALTER TABLE {table} SET WITHOUT CLUSTER",
        )
    yield from comment_on(f"INDEX {index}", what, old.comment, new.comment)


def unmarked(old: IndexSettings, new: IndexSettings, on: Identity, name: str) -> Statements:
    """The table takes the index for nothing any more: said before another takes its place."""
    table = f"ALTER TABLE {qualified(on.schema, on.name)}"
    found = []
    if old.clustered and not new.clustered:
        found.append(
            PlannedStatement(
                f"{table} SET WITHOUT CLUSTER",
                f"Let CLUSTER sort {on} by nothing",
                on,
                undo=f"{table} CLUSTER ON {quote(name)}",
            )
        )
    if old.replica_identity and not new.replica_identity:
        found.append(
            PlannedStatement(
                f"{table} REPLICA IDENTITY DEFAULT",
                f"Identify rows of {on} in replication by the primary key",
                on,
                undo=f"{table} REPLICA IDENTITY USING INDEX {quote(name)}",
            )
        )
    return tuple(found)


def without(settings: IndexSettings) -> IndexSettings:
    """Settings of an index that was just made by its definition: its parameters stand there."""
    return replace(NO_SETTINGS, parameters=settings.parameters, tablespace=settings.tablespace)
