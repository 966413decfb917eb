"""Sequences of MariaDB: tables of one row, which says what they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.mysql.quote import literal, quote
from ci_runner.dialects.mysql.read.rows import number, text
from ci_runner.schema.model import Sequence


def sequences(connection: Connection, names: Iterable[str]) -> Iterator[Sequence]:
    """All of them in one query; how far they have counted is no schema."""
    asked = [
        f"SELECT {literal(name)}, start_value, increment, minimum_value, maximum_value, cache_size,"
        f" cycle_option FROM {quote(name)}"
        for name in names
    ]
    for row in connection.query(" UNION ALL ".join(asked)) if asked else ():
        name, start, increment, minimum, maximum, cache, cycle = row
        yield Sequence(
            "",
            text(name),
            "bigint",
            number(start),
            number(increment),
            number(minimum),
            number(maximum),
            number(cache),
            bool(number(cycle)),
        )


def sequence_sql(verb: str, each: Sequence) -> str:
    cycle = "CYCLE" if each.cycle else "NOCYCLE"
    cache = f"CACHE {each.cache}" if each.cache else "NOCACHE"
    return (
        f"{verb} SEQUENCE {quote(each.name)} START WITH {each.start} MINVALUE {each.minimum}"
        f" MAXVALUE {each.maximum} INCREMENT BY {each.increment} {cache} {cycle}"
    )
