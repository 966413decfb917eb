"""What a new constraint asks of the rows that are there, with the query that finds offenders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import assert_never

from ci_runner.dialects.postgres.plan import conflicts
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.schema.model import Check, ForeignKey, Index, PrimaryKey, Unique
from ci_runner.schema.tables import Exclusion

_CHECK = re.compile(
    r"CHECK \((?P<condition>.*)\)(?: NO INHERIT)?(?: NOT VALID| NOT ENFORCED)?", re.DOTALL
)


def of(new: PrimaryKey | Unique | Check | ForeignKey | Exclusion) -> tuple[str, ...]:
    """Sentences on locks, scans and rows; none of what is not validated when it is made."""
    if isinstance(new, Check | ForeignKey) and (not new.valid or "NOT ENFORCED" in new.definition):
        return ()
    match new:
        case Check():
            return ("scans the table under ACCESS EXCLUSIVE", offenders(new))
        case ForeignKey():
            return ("scans both tables under SHARE ROW EXCLUSIVE", offenders(new))
        case PrimaryKey() | Unique():
            return ("builds an index under ACCESS EXCLUSIVE", *_repeated(new))
        case Exclusion():
            return (
                "builds an index under ACCESS EXCLUSIVE",
                f"fails if two rows conflict: {conflicts.pairs(new)}",
            )
        case _:
            assert_never(new)


def offenders(new: Check | ForeignKey) -> str:
    """Why it can fail, and the query that counts the rows that make it."""
    if isinstance(new, Check):
        found = _CHECK.fullmatch(new.definition)
        said = "fails if a row violates it"
        query = f" WHERE NOT {found['condition']}" if found else ""
        return f"{said}: {_count(new.schema, new.table)}{query}" if found else said
    said = "fails if a row has no counterpart"
    pairs = [
        (quote(here), quote(there))
        for here, there in zip(new.columns, new.referenced_columns, strict=True)
    ]
    # MATCH FULL refuses rows that are NULL in part.
    how = " OR " if "MATCH FULL" in new.definition else " AND "
    set_ = how.join(f"t.{here} IS NOT NULL" for here, _ in pairs)
    place = qualified(new.references.schema, new.references.name)
    if "PERIOD " in new.definition:
        *pairs, (here, there) = pairs
        covered = f"SELECT range_agg(k.{there}) FROM {place} k WHERE {_agree(pairs)}"
        counterpart = f"coalesce(t.{here} <@ ({covered}), false)"
    else:
        counterpart = f"EXISTS (SELECT FROM {place} k WHERE {_agree(pairs)})"
    return f"{said}: {_count(new.schema, new.table)} t WHERE ({set_}) AND NOT {counterpart}"


def _agree(pairs: Iterable[tuple[str, str]]) -> str:
    return " AND ".join(f"k.{there} = t.{here}" for here, there in pairs)


def _repeated(new: PrimaryKey | Unique) -> tuple[str, ...]:
    if "WITHOUT OVERLAPS" in new.definition:
        return (f"fails if values overlap: {conflicts.overlaps(new)}",)
    if isinstance(new, PrimaryKey):
        nulls = " OR ".join(f"{quote(each)} IS NULL" for each in new.columns)
        empty = f"fails if a value is NULL: {_count(new.schema, new.table)} WHERE {nulls}"
        return (_groups(new.schema, new.table, new.columns, ""), empty)
    distinct = "NULLS NOT DISTINCT" not in new.definition
    return (_groups(new.schema, new.table, new.columns, _all_set(new.columns) if distinct else ""),)


def repeated(new: Index) -> str:
    """The same for a unique index, whose keys are columns or expressions."""
    where = [f"({new.predicate})"] if new.predicate else []
    if "NULLS NOT DISTINCT" not in new.definition:
        where += [f"{each} IS NOT NULL" for each in new.keys]
    keys = ", ".join(new.keys)
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    return (
        f"fails if values repeat: SELECT {keys}, count(*)"
        f" FROM {qualified(new.schema, new.table)}{condition} GROUP BY {keys} HAVING count(*) > 1"
    )


def _all_set(columns: tuple[str, ...]) -> str:
    return f" WHERE {' AND '.join(f'{quote(each)} IS NOT NULL' for each in columns)}"


def _groups(schema: str, table: str, columns: tuple[str, ...], where: str) -> str:
    keys = ", ".join(quote(each) for each in columns)
    return (
        f"fails if values repeat: SELECT {keys}, count(*) FROM {qualified(schema, table)}{where}"
        f" GROUP BY {keys} HAVING count(*) > 1"
    )


def _count(schema: str, table: str) -> str:
    return f"SELECT count(*) FROM {qualified(schema, table)}"
