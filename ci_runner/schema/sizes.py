"""How large the tables of the real database are: facts that no dev database has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity

FORMAT = 1
_KINDS = frozenset({"table", "materialized view"})
_THOUSAND, _KIB = 1000, 1024


@frozen
class TableSize:
    """`rows` is an estimate, None where nobody has counted.

    `bytes` has indexes and TOAST in it, and is None where nobody has measured.
    """

    rows: int | None
    bytes: int | None

    def __str__(self) -> str:
        """`118 M rows, 48 GB`, as short as it can be told."""
        counted = "rows not counted" if self.rows is None else _counted(self.rows)
        return counted if self.bytes is None else f"{counted}, {weighed(self.bytes)}"


@frozen
class Sizes:
    """`taken` is when, as ISO 8601 in UTC. Empty where nobody gave any."""

    dialect: str = ""
    taken: str = ""
    tables: Mapping[Identity, TableSize] = field(default_factory=dict)

    def of(self, relation: Identity) -> TableSize | None:
        return self.tables.get(relation)


class NoSizes(ValueError):
    """What was read is no file of sizes; the message says where and why."""


def dump(sizes: Sizes) -> str:
    """As JSON, sorted by name, so that two of them can be compared."""
    tables = [
        {
            "kind": each.kind,
            "schema": each.schema,
            "name": each.name,
            "rows": size.rows,
            "bytes": size.bytes,
        }
        for each, size in sorted(sizes.tables.items())
    ]
    document = {
        "format": FORMAT,
        "dialect": sizes.dialect,
        "taken": sizes.taken,
        "tables": tables,
    }
    return json.dumps(document, indent=2) + "\n"


def load(content: bytes) -> Sizes:
    """What `dump` wrote. Raises NoSizes."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as bad:
        raise NoSizes(f"not JSON: {bad}") from bad
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NoSizes(f"expected an object with `format` {FORMAT}")
    dialect, taken, tables = (document.get(key) for key in ("dialect", "taken", "tables"))
    if not isinstance(dialect, str) or not isinstance(taken, str) or not isinstance(tables, list):
        raise NoSizes("expected `dialect` and `taken` as text and `tables` as a list")
    return Sizes(dialect, taken, dict(_tables(tables)))


def _tables(listed: list[object]) -> Iterator[tuple[Identity, TableSize]]:
    for number, each in enumerate(listed):
        where = f"tables[{number}]"
        if not isinstance(each, dict):
            raise NoSizes(f"{where}: expected an object")
        kind, schema, name = each.get("kind", "table"), each.get("schema", ""), each.get("name")
        if not isinstance(name, str) or not isinstance(schema, str) or kind not in _KINDS:
            raise NoSizes(f"{where}: expected `schema` and `name` as text, `kind` as `table`")
        rows = each.get("rows")
        yield (
            Identity(kind, schema, name),
            TableSize(
                None if rows is None else _whole(rows, f"{where}.rows"),
                _whole(each.get("bytes", 0), f"{where}.bytes"),
            ),
        )


def _whole(value: object, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise NoSizes(f"{where}: expected a whole number that is not negative")
    return value


def _counted(rows: int) -> str:
    return "1 row" if rows == 1 else f"{_scaled(rows, _THOUSAND, ('', ' k', ' M', ' G'))} rows"


def weighed(size: int) -> str:
    """Bytes as people say them: `48 GB`, in powers of 1024."""
    return _scaled(size, _KIB, (" bytes", " kB", " MB", " GB", " TB"))


def _scaled(value: int, step: int, units: tuple[str, ...]) -> str:
    """Two digits at least; the last unit takes whatever is left."""
    scaled, unit = float(value), 0
    while round(scaled) >= step and unit < len(units) - 1:
        scaled /= step
        unit += 1
    few = unit and scaled < 9.95
    return f"{scaled:.1f}{units[unit]}" if few else f"{scaled:.0f}{units[unit]}"
