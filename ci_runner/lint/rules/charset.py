"""A character set that can't hold every character, or that the team does not use."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.kinds.tables import collation_of
from ci_runner.lint.arrivals import Arrival
from ci_runner.lint.designs import listed, of_table
from ci_runner.lint.mysql import definition
from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Column, Table

# For codes and keys.
_SMALL = frozenset({"ascii", "binary"})
# utf8 is three bytes wide: dev.mysql.com, The utf8mb3 Character Set.
_NARROW = frozenset({"utf8", "utf8mb3", "ucs2"})
_WHOLE = frozenset({"utf8mb4", "utf16", "utf16le", "utf32", "gb18030"})
_NATIONAL = frozenset({"NCHAR", "NVARCHAR", "NATIONAL"})


def _check(review: Review) -> Iterator[Hit]:
    """What names no set has the database's own, which no table is to blame for."""
    options = review.options.get(RULE.id, {})
    sets, collations = set(texts(options, "allowed")), set(texts(options, "collations"))
    for each in review.arrivals:
        if not isinstance(each.new, Table | Column):
            continue
        named = _named(each.step)
        used = {name for name in _collations(each.new) if _set(name) in named}
        if isinstance(each.old, Table | Column):
            used -= _collations(each.old)
        wrong = sorted(name for name in used if _is_wrong(name, sets, collations))
        own = _set(_own(each.new))
        if wrong:
            yield Hit(f"{of_table(review, each.table)} uses {listed(wrong)}", each.step)
        elif not sets and own in named - _WHOLE - _SMALL:
            yield Hit(
                f"{of_table(review, each.table)} uses {own}, which most languages do not fit in",
                each.step,
                severity=Severity.NOTE,
            )
        elif odd := _odd(each):
            yield Hit(
                f"{of_table(review, each.table)}: {listed(odd)} in a table of another set",
                each.step,
                severity=Severity.NOTE,
            )


def _set(collation: str) -> str:
    return collation.partition("_")[0]


def _named(step: Step) -> set[str]:
    """The character sets that a statement names, by their collations too."""
    tokens = definition(step, "CHAR", "COLLATE")
    found: set[str] = set()
    for at, token in enumerate(tokens[:-1]):
        if token.word in {"CHARSET", "COLLATE"} or (token.word == "SET" and at):
            value = next((t for t in tokens[at + 1 : at + 3] if t.word != "="), token)
            found.add(_set(value.value.lower()))
        elif token.word in _NATIONAL:
            found.add("utf8")
    return found | {"utf8mb3"} if "utf8" in found else found


def _own(new: Table | Column) -> str:
    return collation_of(new) if isinstance(new, Table) else new.collation or ""


def _odd(each: Arrival) -> list[str]:
    """Columns for people's texts whose character set is not that of their table."""
    table = each.step.after.get(each.table) if isinstance(each.new, Column) else each.new
    if not isinstance(table, Table) or (isinstance(each.new, Table) and not each.created):
        return []
    columns = (each.new,) if isinstance(each.new, Column) else table.columns
    usual = _set(collation_of(table))
    sets = {column.name: _set(column.collation or usual) for column in columns}
    return [f"{name} is {own}" for name, own in sets.items() if own not in {usual, *_SMALL}]


def _collations(new: object) -> set[str]:
    match new:
        case Table(columns=columns):
            found = {collation_of(new), *(each.collation or "" for each in columns)}
        case Column(collation=collation):
            found = {collation or ""}
        case _:
            found = set()
    return found - {""}


def _is_wrong(collation: str, sets: set[str], collations: set[str]) -> bool:
    name = _set(collation)
    if sets or collations:
        return not (name in sets or collation in collations)
    return name in _NARROW


RULE = Rule(
    id="charset",
    title="Character set that is too narrow",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why=(
        "utf8 and utf8mb3 hold three bytes of a character: an emoji, and some names, "
        "can't be stored. Which character sets are too many is for the team to say."
    ),
    instead="utf8mb4 for everything that people write.",
    check=_check,
    aliases=(
        "SYSTEM_CHARSET_ALLOWLIST",
        "SYSTEM_COLLATION_ALLOWLIST",
        "TBL.005",
        "TBL.008",
        "COL.014",
        "SQLE00056",
        "SQLE00075",
    ),
    group="design",
    options=(
        RuleOption("allowed", "texts", "the character sets that this team uses"),
        RuleOption("collations", "texts", "the collations that this team uses"),
    ),
)
