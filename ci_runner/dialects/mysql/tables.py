"""Tables without what stands on them: engine, options, comment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ci_runner.dialects.mysql.quote import literal
from ci_runner.dialects.mysql.rows import Row, optional, text
from ci_runner.schema.model import Column, Table

QUERY = """
SELECT TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT
FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME
"""
VERSIONED = "WITH SYSTEM VERSIONING"
# The catalogue says it of every Aria table, whether it was written or not.
_ARIA_DEFAULT = ("Aria", "TRANSACTIONAL=1")
# MySQL's words for no encryption and no compression of pages, the latter only where it was written.
_SAYS_NOTHING = frozenset(
    {"ENCRYPTION='N'", 'ENCRYPTION="N"', 'COMPRESSION="none"', 'COMPRESSION=""'}
)
_TABLE_TYPES = frozenset({"BASE TABLE", "SYSTEM VERSIONED"})
_OPTION = re.compile(r"(`[^`]+`|\"[^\"]+\"|\w+)=('(?:[^']|'')*'|\"[^\"]*\"|\S+)")
# What an option that is gone goes back to; DEFAULT where nothing is listed.
_USUAL = dict.fromkeys(
    "MAX_ROWS MIN_ROWS AVG_ROW_LENGTH KEY_BLOCK_SIZE CHECKSUM DELAY_KEY_WRITE".split(), "0"
) | {"ENCRYPTION": "'N'", "COMPRESSION": "'none'"}


def is_table(row: Row) -> bool:
    return text(row[1]) in _TABLE_TYPES


def table(row: Row, columns: Sequence[Column], partitions: str) -> Table:
    name, type_, engine, collation, options, comment = row
    words = [f"ENGINE={text(engine)}", f"COLLATE={text(collation)}"]
    words += [
        each
        for each in _options(text(options))
        if (text(engine), each) != _ARIA_DEFAULT and each not in _SAYS_NOTHING
    ]
    if text(type_) == "SYSTEM VERSIONED":
        words.append(VERSIONED)
    return Table(
        "",
        text(name),
        tuple(columns),
        tuple(words),
        optional(comment) or None,
        partition_key=partitions,
    )


def _options(written: str) -> Iterator[str]:
    for name, value in _OPTION.findall(written):
        yield f"{name if name[0] == '`' else name.upper()}={value}"


def collation_of(table: Table) -> str:
    return next(
        (each.partition("=")[2] for each in table.options if each.startswith("COLLATE=")), ""
    )


def engine_of(table: Table) -> str:
    return next(
        (each.partition("=")[2] for each in table.options if each.startswith("ENGINE=")), ""
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


def options_sql(table: Table) -> str:
    """What stands behind the parentheses of CREATE TABLE, without partitions."""
    words = [_option_sql(each) for each in table.options]
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
        name, separator, value = each.partition("=")
        if separator:
            yield name, value
