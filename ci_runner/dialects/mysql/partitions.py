"""Partitions of a table: one clause, whose lines are its head and a partition each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ci_runner.dialects.mysql.quote import literal, quote
from ci_runner.dialects.mysql.rows import Row, optional, text

QUERY = """
SELECT TABLE_NAME, PARTITION_NAME, SUBPARTITION_NAME, PARTITION_METHOD, SUBPARTITION_METHOD,
  PARTITION_EXPRESSION, SUBPARTITION_EXPRESSION, PARTITION_DESCRIPTION, PARTITION_COMMENT
FROM information_schema.PARTITIONS
WHERE TABLE_SCHEMA = DATABASE() AND PARTITION_NAME IS NOT NULL
ORDER BY TABLE_NAME, PARTITION_ORDINAL_POSITION, SUBPARTITION_ORDINAL_POSITION
"""
_ENGINE = re.compile(r" ENGINE = \w+$", re.MULTILINE)


def is_told(rows: Sequence[Row]) -> bool:
    """Whether the catalogue tells all of it.

    Not the INTERVAL and LIMIT of system time; and MariaDB's DEFAULT of a list looks like `IN (0)`.
    """
    method = text(rows[0][3])
    zero = any(text(row[7]) == "0" for row in rows)
    return method != "SYSTEM_TIME" and not (method == "LIST" and zero)


def shown(created: str) -> str:
    """The clause out of what SHOW CREATE TABLE prints, in the form of `clause`."""
    head, _, listed = created.partition("\n PARTITION BY ")[2].partition("\n(")
    lines = [line.strip() for line in listed.removesuffix(")").split(",\n")] if listed else []
    return "\n".join([f"PARTITION BY {head.rstrip()}", *(_ENGINE.sub("", line) for line in lines)])


def hides_algorithm(rows: Sequence[Row]) -> bool:
    """Whether KEY may be that of MySQL 5.1, which only SHOW CREATE TABLE tells."""
    return any(text(method).endswith("KEY") for method in rows[0][3:5])


def clause(rows: Sequence[Row], created: str = "") -> str:
    """PARTITION BY of one table, its rows in order. See `is_told` and `hides_algorithm`."""
    _, _, _, method, sub_method, expression, sub_expression, _, _ = rows[0]
    head = f"PARTITION BY {text(method)} ({text(expression)})"
    names = list(dict.fromkeys(text(row[1]) for row in rows))
    if sub_method is not None:
        count = len(rows) // len(names)
        head += f" SUBPARTITION BY {text(sub_method)} ({text(sub_expression)})"
        head += f" SUBPARTITIONS {count}"
    if " ALGORITHM = 1 " in created:
        head = head.replace("KEY (", "KEY ALGORITHM=1 (")
    if text(method).endswith(("HASH", "KEY")) and _are_usual(rows, names):
        return f"{head} PARTITIONS {len(names)}"
    return "\n".join([head, *_listed(rows, names)])


def _are_usual(rows: Sequence[Row], names: Sequence[str]) -> bool:
    """Whether names and comments are those that PARTITIONS n gives."""
    return not any(optional(row[8]) for row in rows) and list(names) == [
        f"p{number}" for number in range(len(names))
    ]


def _listed(rows: Sequence[Row], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        mine = [row for row in rows if text(row[1]) == name]
        values = _values(text(mine[0][3]), optional(mine[0][7]))
        comment = optional(mine[0][8])
        said = f" COMMENT = {_one_line(comment)}" if comment else ""
        subs = [text(row[2]) for row in mine if row[2] is not None]
        usual = [f"{name}sp{number}" for number in range(len(subs))]
        inner = ", ".join(f"SUBPARTITION {quote(each)}" for each in subs)
        yield f"PARTITION {quote(name)}{values}{said}{f' ({inner})' if subs != usual else ''}"


def _values(method: str, description: str | None) -> str:
    if method.startswith("RANGE"):
        return f" VALUES LESS THAN ({description})"
    if method.startswith("LIST"):
        return " DEFAULT" if description == "MAXVALUE" else f" VALUES IN ({description})"
    return ""


def _one_line(comment: str) -> str:
    return literal(comment).replace("\n", "\\n")


def partition_sql(clause: str) -> str:
    """As CREATE and ALTER TABLE take it."""
    head, *listed = clause.split("\n")
    inner = ",\n  ".join(listed)
    return f"{head}\n ({inner})" if listed else head


def added(old: str, new: str) -> tuple[str, ...]:
    """The partitions that are only to be added at the end; none where that is not all."""
    head, *before = old.split("\n")
    other, *after = new.split("\n")
    if head != other or not before or after[: len(before)] != before:
        return ()
    return tuple(after[len(before) :])
