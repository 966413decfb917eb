"""Read a MySQL or MariaDB schema: some dozen queries to information_schema, however large it is."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ci_runner.dialects.base import Connection
from ci_runner.dialects.mysql import columns, grants, keys, partitions, programs, tables
from ci_runner.dialects.mysql.created import created
from ci_runner.dialects.mysql.quote import quote, relations
from ci_runner.dialects.mysql.rows import Place, Row, grouped, place, text
from ci_runner.dialects.mysql.sequences import sequences
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

# A period of application time looks like a check in MariaDB's catalogue, and SHOW CREATE tells.
_MAY_BE_PERIOD = re.compile(r"CHECK \(`[^`]+` < `[^`]+`\)")
_KEY_LINE = re.compile(r"  (?:\w+ )*KEY (?:`(?P<name>[^`]+)` )?\(")
# A zero byte with others behind it: those at the end fill BINARY up.
_CUT_DEFAULT = re.compile(
    r"  `(?P<name>(?:[^`]|``)*)` (?:var)?binary\(\d+\) .*DEFAULT '"
    r"(?:[^'\\]|\\[^0]|'')*(?:\\0)+[^'\\]"
)
_PARSER = re.compile(
    r"^  FULLTEXT KEY `(?P<name>(?:[^`]|``)*)` .* WITH PARSER (?P<parser>`(?:[^`]|``)*`)",
    re.MULTILINE,
)
_KNOWN_TYPES = frozenset({"BASE TABLE", "SYSTEM VERSIONED", "VIEW", "SEQUENCE", "TEMPORARY"})


def inspect(connection: Connection) -> Schema:
    """The whole schema of the session's database."""
    here = place(connection)
    listed = connection.query(tables.QUERY)
    rules, of_columns, periods = _checks(connection, here)
    by_table, shown = _columns(connection, here, of_columns, listed)
    found = [
        *_tables(connection, listed, by_table),
        *rules,
        *_indexes(connection, here, listed),
        *keys.foreign_keys(
            connection.query(keys.FOREIGN_KEYS),
            connection.query(keys.FOREIGN_KEY_RULES),
            here,
            (text(row[0]) for row in listed),
        ),
        *sequences(connection, (text(row[0]) for row in listed if text(row[1]) == "SEQUENCE")),
        *_programs(connection, here, shown),
    ]
    objects = [each for each in found if not isinstance(each, Identity)]
    objects += grants.grants(connection, [each.identity for each in objects])
    unmanaged = {each for each in found if isinstance(each, Identity)}
    unmanaged |= periods
    unmanaged |= set(_unsaid(connection, listed, set() if here.maria else _with_bytes(by_table)))
    return Schema.of("mysql", objects, _dependencies(objects), unmanaged)


def _tables(
    connection: Connection, listed: Iterable[Row], by_table: Mapping[str, Sequence[Column]]
) -> Iterator[Table | Identity]:
    """Tables, and the names of what is none and nothing else that we know."""
    split = grouped(connection.query(partitions.QUERY), lambda row: text(row[0]))
    for row in listed:
        name = text(row[0])
        if tables.is_table(row):
            clause = _clause(connection, name, split[name]) if name in split else ""
            yield tables.table(row, by_table.get(name, ()), clause)
        elif text(row[1]) not in _KNOWN_TYPES:
            yield Identity(text(row[1]).lower(), "", name)


def _of(here: Place, what: str) -> str:
    return str(getattr(keys, f"{'MARIA' if here.maria else 'MYSQL'}_{what}"))


def _columns(
    connection: Connection,
    here: Place,
    rules: Mapping[tuple[str, str], str],
    listed: Iterable[Row],
) -> tuple[dict[str, list[Column]], dict[str, tuple[str, ...]]]:
    """Columns by table, and the names of those of views."""
    are_views = {text(row[0]) for row in listed if text(row[1]) == "VIEW"}
    by_table: dict[str, list[Column]] = {}
    shown: dict[str, tuple[str, ...]] = {}
    for row in connection.query(columns.MARIA if here.maria else columns.MYSQL):
        name = text(row[0])
        if name in are_views:
            shown[name] = (*shown.get(name, ()), text(row[1]))
            continue
        each = columns.column(row, here)
        rule = rules.get((name, each.name))
        if rule:
            each = replace(each, attributes=(*each.attributes, rule))
        by_table.setdefault(name, []).append(each)
    return by_table, shown


def _indexes(
    connection: Connection, here: Place, listed: Iterable[Row]
) -> Iterator[PrimaryKey | Index]:
    """With the parsers of FULLTEXT ones, which only SHOW CREATE TABLE tells.

    MariaDB lists the indexes of sequences as those of tables.
    """
    engines = {text(row[0]): text(row[2]) for row in listed if tables.is_table(row)}
    rows = connection.query(_of(here, "INDEXES"))
    found = [each for each in keys.indexes(rows, engines) if each.table in engines]
    words = {each.table for each in found if isinstance(each, Index) and each.method == "fulltext"}
    parsers = {
        (table, named["name"].replace("``", "`")): named["parser"]
        for table in sorted(words)
        for named in _PARSER.finditer(created(connection, "TABLE", table))
    }
    for each in found:
        parser = parsers.get((each.table, each.name))
        if parser and isinstance(each, Index):
            yield replace(each, definition=f"{each.definition} WITH PARSER {parser}")
        else:
            yield each


def _checks(
    connection: Connection, here: Place
) -> tuple[list[Check], dict[tuple[str, str], str], set[Identity]]:
    """Checks of tables, those of columns by table and column, and periods that look like them."""
    rules: list[Check] = []
    of_columns: dict[tuple[str, str], str] = {}
    periods: set[Identity] = set()
    for each in keys.checks(connection.query(_of(here, "CHECKS")), here):
        if isinstance(each, tuple):
            of_columns[each[0], each[1]] = each[2]
        elif (
            here.maria
            and _MAY_BE_PERIOD.fullmatch(each.definition)
            and _is_period(connection, each)
        ):
            periods.add(Identity("period", "", each.name, each.table))
        else:
            rules.append(each)
    return rules, of_columns, periods


def _with_bytes(by_table: Mapping[str, Iterable[Column]]) -> set[str]:
    """The tables where the default of a column is bytes."""
    return {
        name
        for name, columns in by_table.items()
        if any(each.default is not None and each.default.startswith("0x") for each in columns)
    }


def _unsaid(
    connection: Connection, listed: Iterable[Row], with_bytes: Container[str]
) -> Iterator[Identity]:
    """What only SHOW CREATE tells, of the few tables where it means something: it is not compared.

    InnoDB knows neither a block size of an index nor a connection to another server. MySQL's
    catalogue cuts a default of bytes where one is zero.
    """
    for row in listed:
        name = text(row[0])
        if tables.is_table(row) and (text(row[2]) != "InnoDB" or name in with_bytes):
            for line in created(connection, "TABLE", name).splitlines():
                yield from told_by(line, name)


def told_by(line: str, table: str) -> Iterator[Identity]:
    """What one line of SHOW CREATE TABLE tells that no catalogue table does."""
    key = _KEY_LINE.match(line)
    if key and " KEY_BLOCK_SIZE=" in line:
        yield Identity("block size of index", "", key["name"] or "PRIMARY", table)
    column = _CUT_DEFAULT.match(line)
    if column:
        yield Identity("default of column", "", column["name"].replace("``", "`"), table)
    if line.startswith(")") and " CONNECTION=" in line:
        yield Identity("connection", "", table)


def _is_period(connection: Connection, rule: Check) -> bool:
    return f"PERIOD FOR {quote(rule.name)} (" in created(connection, "TABLE", rule.table)


def _clause(connection: Connection, table: str, rows: Sequence[Row]) -> str:
    if partitions.is_told(rows):
        doubted = partitions.hides_algorithm(rows)
        shown = created(connection, "TABLE", table) if doubted else ""
        return partitions.clause(rows, shown)
    return partitions.shown(created(connection, "TABLE", table))


def _programs(
    connection: Connection, here: Place, shown: Mapping[str, tuple[str, ...]]
) -> Iterator[SchemaObject | Identity]:
    yield from programs.views(connection, shown, here)
    yield from programs.triggers(connection, here)
    yield from programs.routines(connection, here)
    yield from programs.events(connection, here)
    for (name,) in connection.query(programs.LIBRARIES) if here.has_libraries else ():
        yield Identity("library", "", text(name))


def _dependencies(objects: Sequence[SchemaObject]) -> Iterator[tuple[Identity, Identity]]:
    """Keys on tables, views on what they read, triggers on those that fire before them."""
    places = {each.name: each.identity for each in objects if isinstance(each, Table | View)}
    for each in objects:
        if isinstance(each, View):
            for name in relations(each.definition) & places.keys() - {each.name}:
                yield each.identity, places[name]
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
