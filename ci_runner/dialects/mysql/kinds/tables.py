"""Tables without what stands on them: engine, options, comment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ci_runner.dialects.mysql.quote import literal
from ci_runner.dialects.mysql.read.rows import Query, Row, optional, text
from ci_runner.dialects.mysql.read.shown import Shown
from ci_runner.schema.model import Column, Table

QUERY = Query(
    """
SELECT TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, TABLE_COMMENT
FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE(){only} ORDER BY TABLE_NAME
""",
    "TABLE_NAME",
)
VERSIONED = "WITH SYSTEM VERSIONING"
# MySQL's words for no encryption and no compression of pages, the latter only where it was written.
_SAYS_NOTHING = frozenset({"ENCRYPTION='N'", "COMPRESSION='none'", "COMPRESSION=''"})
# A URL with a password, which plans and reports are not to repeat.
_SECRET = re.compile(r"CONNECTION='[^']*//[^/@']*:[^/@']*@")
_TABLE_TYPES = frozenset({"BASE TABLE", "SYSTEM VERSIONED"})
# What an option that is gone goes back to; DEFAULT where nothing is listed.
_USUAL = dict.fromkeys(
    "MAX_ROWS MIN_ROWS AVG_ROW_LENGTH KEY_BLOCK_SIZE CHECKSUM DELAY_KEY_WRITE".split(), "0"
) | {
    "ENCRYPTION": "'N'",
    "COMPRESSION": "'none'",
    "CONNECTION": "''",
    "INSERT_METHOD": "NO",
    "UNION": "()",
    "AUTOEXTEND_SIZE": "0",
    "SECONDARY_ENGINE": "NULL",
    "ENGINE_ATTRIBUTE": "''",
    "SECONDARY_ENGINE_ATTRIBUTE": "''",
    "TABLESPACE": "`innodb_file_per_table`",
}


def is_table(row: Row) -> bool:
    return text(row[1]) in _TABLE_TYPES


def table(row: Row, columns: Sequence[Column], shown: Shown) -> Table:
    name, type_, engine, collation, comment = row
    words = [f"ENGINE={text(engine)}", f"COLLATE={text(collation)}"]
    words += [
        each for each in shown.options if each not in _SAYS_NOTHING and not _SECRET.match(each)
    ]
    if text(type_) == "SYSTEM VERSIONED":
        words.append(VERSIONED)
    return Table(
        "",
        text(name),
        tuple(columns),
        (*words, *shown.periods.values()),
        optional(comment) or None,
        partition_key=shown.partitions,
    )


def keeps_secret(shown: Shown) -> bool:
    """Whether its connection is left out."""
    return any(map(_SECRET.match, shown.options))


def collation_of(table: Table) -> str:
    return next(
        (each.partition("=")[2] for each in table.options if each.startswith("COLLATE=")), ""
    )


def engine_of(table: Table) -> str:
    return next(
        (each.partition("=")[2] for each in table.options if each.startswith("ENGINE=")), ""
    )


def block_size(table: Table) -> str:
    return next(
        (each.partition("=")[2] for each in table.options if each.startswith("KEY_BLOCK_SIZE=")), ""
    )


def is_versioned(table: Table) -> bool:
    return VERSIONED in table.options


def period(table: Table) -> str:
    """The line of CREATE TABLE for columns that the user gave to system versioning; "" for none."""
    ends = {
        attribute: column.name
        for column in table.columns
        for attribute in column.attributes
        if attribute.startswith("ROW ")
    }
    if len(ends) != 2:
        return ""
    return f"PERIOD FOR SYSTEM_TIME (`{ends['ROW START']}`, `{ends['ROW END']}`)"


def periods(table: Table) -> tuple[str, ...]:
    """Lines of CREATE TABLE for periods of application time: `PERIOD FOR p (s, e)`."""
    return tuple(each for each in table.options if each.startswith("PERIOD FOR "))


def options_sql(table: Table) -> str:
    """What stands behind the parentheses of CREATE TABLE, without partitions."""
    words = [_option_sql(each) for each in table.options if each not in periods(table)]
    if table.comment:
        words.append(f"COMMENT={literal(table.comment)}")
    return " ".join(words)


def _option_sql(option: str) -> str:
    if not option.startswith("COLLATE="):
        return option
    collation = option.partition("=")[2]
    return f"DEFAULT CHARSET={collation.partition('_')[0]} {option}"


def changed_options(old: Table, new: Table) -> Iterator[str]:
    """The clauses of ALTER TABLE that give the old table the options of the new one."""
    mine, theirs = dict(_pairs(old)), dict(_pairs(new))
    for name, value in theirs.items():
        if mine.get(name) != value:
            yield _option_sql(f"{name}={value}")
    for name in mine.keys() - theirs.keys():
        yield f"{name}={_USUAL.get(name, 'DEFAULT')}"
    if old.comment != new.comment:
        yield f"COMMENT={literal(new.comment or '')}"


def _pairs(table: Table) -> Iterator[tuple[str, str]]:
    for each in table.options:
        if each in periods(table):
            continue
        name, separator, value = each.partition("=")
        if separator:
            yield name, value
