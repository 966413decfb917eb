"""Read a MySQL or MariaDB schema: some dozen queries to information_schema, however large it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ci_runner.dialects.base import Connection
from ci_runner.dialects.mysql.kinds import columns, grants, keys, programs, tables
from ci_runner.dialects.mysql.kinds.sequences import sequences
from ci_runner.dialects.mysql.quote import functions, literal, relations
from ci_runner.dialects.mysql.read.created import created
from ci_runner.dialects.mysql.read.rows import Place, Query, Row, Told, place, text
from ci_runner.dialects.mysql.read.shown import Shown, shown
from ci_runner.dialects.mysql.watch.present import Present, present
from ci_runner.frozen import frozen
from ci_runner.schema.model import (
    Check,
    Column,
    ForeignKey,
    Identity,
    Index,
    PrimaryKey,
    Schema,
    SchemaObject,
    Table,
    Trigger,
    View,
)

_KNOWN_TYPES = frozenset({"BASE TABLE", "SYSTEM VERSIONED", "VIEW", "SEQUENCE", "TEMPORARY"})


@frozen
class Scope:
    """The names of what is to be read: `relations` are tables, views and sequences."""

    relations: Collection[str] = ()
    routines: Collection[str] = ()
    events: Collection[str] = ()


def inspect(connection: Connection) -> Schema:
    """The whole schema of the session's database."""
    objects, unmanaged = read(connection, place(connection))
    there = present(objects)
    return Schema.of(
        "mysql",
        [*objects, *grants.grants(connection, there)],
        dependencies(objects, there),
        unmanaged,
    )


def read(
    connection: Connection, here: Place, scope: Scope | None = None
) -> tuple[list[SchemaObject], set[Identity]]:
    """All that there is, or what is in `scope`; grants aside. What can't be compared is named."""
    told = _told(connection, here, scope)
    listed = told[tables.QUERY]
    names = [text(row[0]) for row in listed]
    shown = _shown(connection, listed)
    rules, of_columns = _checks(told[_checks_of(here)], here, shown)
    by_table, columns_of = _columns(told[_columns_of(here)], here, of_columns, shown)
    if here.maria:
        by_table = _without_doubt(connection, by_table)
    engines = {text(row[0]): text(row[2]) for row in listed}
    found = [
        *_tables(listed, by_table, shown),
        *rules,
        *keys.indexes(told[_indexes_of(here)], engines, shown),
        *keys.foreign_keys(told[keys.FOREIGN_KEYS], told[keys.FOREIGN_KEY_RULES], here, names),
        *sequences(connection, (text(row[0]) for row in listed if text(row[1]) == "SEQUENCE")),
        *_programs(connection, told, here, columns_of),
    ]
    objects = [each for each in found if not isinstance(each, Identity)]
    return objects, {each for each in found if isinstance(each, Identity)}


def _told(connection: Connection, here: Place, scope: Scope | None) -> Told:
    """The catalogue's answers to all that is asked of it at once."""
    asked = tuple(_everything(here) if scope is None else _limited(here, scope))
    told: dict[Query, list[Row]] = {each: [] for each in _queries(here)}
    answers = connection.query_all([sql for _, sql in asked])
    for (query, _), rows in zip(asked, answers, strict=True):
        told[query].extend(rows)
    return told


def _everything(here: Place) -> Iterator[tuple[Query, str]]:
    for each in _queries(here):
        yield each, each.whole()


def _limited(here: Place, scope: Scope) -> Iterator[tuple[Query, str]]:
    """Libraries are no part of any scope."""
    for queries, names in (
        (_of_relations(here), scope.relations),
        (programs.OF_ROUTINES, scope.routines),
        (programs.OF_EVENTS, scope.events),
    ):
        for name in names:
            for each in queries:
                yield each, each.only(name)


def _queries(here: Place) -> Iterator[Query]:
    yield from (*_of_relations(here), *programs.OF_ROUTINES, *programs.OF_EVENTS)
    if here.has_libraries:
        yield programs.LIBRARIES


def _of_relations(here: Place) -> tuple[Query, ...]:
    return (
        *(tables.QUERY, _columns_of(here), _indexes_of(here), _checks_of(here)),
        *(keys.FOREIGN_KEYS, keys.FOREIGN_KEY_RULES, *programs.OF_RELATIONS),
    )


def _columns_of(here: Place) -> Query:
    return columns.MARIA if here.maria else columns.MYSQL


def _indexes_of(here: Place) -> Query:
    return keys.MARIA_INDEXES if here.maria else keys.MYSQL_INDEXES


def _checks_of(here: Place) -> Query:
    return keys.MARIA_CHECKS if here.maria else keys.MYSQL_CHECKS


def _shown(connection: Connection, listed: Iterable[Row]) -> dict[str, Shown]:
    """What SHOW CREATE prints of each table."""
    names = [text(row[0]) for row in listed if tables.is_table(row)]
    return {name: shown(sql) for name, sql in created(connection, "TABLE", names).items()}


def _tables(
    listed: Iterable[Row],
    by_table: Mapping[str, Sequence[Column]],
    shown: Mapping[str, Shown],
) -> Iterator[Table | Identity]:
    """Tables, and the names of what is none and nothing else that we know."""
    for row in listed:
        name = text(row[0])
        if tables.is_table(row):
            yield tables.table(row, by_table.get(name, ()), shown[name])
            if tables.keeps_secret(shown[name]):
                yield Identity("connection", "", name)
            for each in by_table.get(name, ()):
                if columns.has_doubtful_values(each):
                    yield Identity("values of column", "", each.name, name)
        elif text(row[1]) not in _KNOWN_TYPES:
            yield Identity(text(row[1]).lower(), "", name)


def _columns(
    rows: Iterable[Row],
    here: Place,
    rules: Mapping[tuple[str, str], str],
    shown: Mapping[str, Shown],
) -> tuple[dict[str, list[Column]], dict[str, tuple[str, ...]]]:
    """Columns by table, and the names of those of views."""
    by_table: dict[str, list[Column]] = {}
    of_others: dict[str, tuple[str, ...]] = {}
    for row in rows:
        name = text(row[0])
        if name not in shown:
            of_others[name] = (*of_others.get(name, ()), text(row[1]))
            continue
        each = columns.column(row, here, shown[name])
        rule = rules.get((name, each.name))
        if rule:
            each = replace(each, attributes=(*each.attributes, rule))
        by_table.setdefault(name, []).append(each)
    return by_table, of_others


def _without_doubt(
    connection: Connection, by_table: Mapping[str, list[Column]]
) -> dict[str, list[Column]]:
    """With defaults as they are, where the catalogue may have question marks instead."""
    doubted = {
        name: found
        for name, several in by_table.items()
        if (found := [each for each in several if columns.is_doubtful(each)])
    }
    answers = connection.query_all([columns.asked(*each) for each in doubted.items()])
    known = dict(by_table)
    for (name, several), (row,) in zip(doubted.items(), answers, strict=True):
        said = {each.name: literal(text(value)) for each, value in zip(several, row, strict=True)}
        known[name] = [
            replace(each, default=said.get(each.name, each.default)) for each in known[name]
        ]
    return known


def _checks(
    rows: Iterable[Row], here: Place, shown: Mapping[str, Shown]
) -> tuple[list[Check], dict[tuple[str, str], str]]:
    """Checks of tables, and those of columns by table and column."""
    rules: list[Check] = []
    of_columns: dict[tuple[str, str], str] = {}
    for each in keys.checks(rows, here, shown):
        if isinstance(each, tuple):
            of_columns[each[0], each[1]] = each[2]
        else:
            rules.append(each)
    return rules, of_columns


def _programs(
    connection: Connection, told: Told, here: Place, of_views: Mapping[str, tuple[str, ...]]
) -> Iterator[SchemaObject | Identity]:
    yield from programs.views(connection, told, of_views, here)
    yield from programs.triggers(connection, told, here)
    yield from programs.routines(connection, told, here)
    yield from programs.events(connection, told, here)
    for (name,) in told.get(programs.LIBRARIES, ()):
        yield Identity("library", "", text(name))


def dependencies(
    objects: Sequence[SchemaObject], there: Present
) -> Iterator[tuple[Identity, Identity]]:
    """Keys on tables, views on what they read and call, triggers on those that fire before them.

    `objects` are a part of all that is `there`, with all triggers of a table or none.
    """
    for each in objects:
        if isinstance(each, View):
            for name in relations(each.definition) - {each.name}:
                if name in there.relations and there.relations[name].kind != "sequence":
                    yield each.identity, there.relations[name]
            for name in functions(each.definition):
                if ("function", name) in there.routines:
                    yield each.identity, there.routines["function", name]
        elif isinstance(each, ForeignKey):
            yield each.identity, each.references
        elif isinstance(each, Index | PrimaryKey | Check | Trigger):
            yield each.identity, Identity("table", "", each.table)
    yield from _firing(each for each in objects if isinstance(each, Trigger))


def _firing(fired: Iterable[Trigger]) -> Iterator[tuple[Identity, Identity]]:
    before: dict[tuple[str, str], Identity] = {}
    for each in fired:
        slot = (each.table, moment(each))
        if slot in before:
            yield each.identity, before[slot]
        before[slot] = each.identity


def moment(trigger: Trigger) -> str:
    """`BEFORE INSERT` of a trigger."""
    head = trigger.definition.partition(" FOR EACH ROW ")[0]
    found = re.search(r"` (BEFORE|AFTER) (INSERT|UPDATE|DELETE) ON `", head)
    return f"{found[1]} {found[2]}" if found else ""
