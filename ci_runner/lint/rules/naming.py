"""Names that need quotes, mean nothing, or are not what the team has agreed on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from ci_runner.dialects.names import Given
from ci_runner.dialects.operations import DropTable
from ci_runner.lint.names import named
from ci_runner.lint.options import RuleOption, fitting, text
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step

_KINDS = (
    "table",
    "column",
    "index",
    "unique-index",
    "primary-key",
    "unique",
    "foreign-key",
    "check",
    "exclusion",
    "view",
    "sequence",
    "trigger",
    "function",
    "type",
    "schema",
)
_CONSTRAINTS = ("primary-key", "unique", "foreign-key", "check", "exclusion")
_DATES = {"date"}
_TIMES = {"timestamp", "timestamptz"}


def _check(review: Review) -> Iterator[Hit]:
    options = review.options.get(RULE.id, {})
    for step, each in review.once(named):
        says = _odd(each.name, review.dialect) or (_broken(each, options) if options else "")
        if says:
            yield Hit(f"{each.kind} {each.name} {says}", step)
    pattern = text(options, "dropped-table")
    for step, table in _dropped(review) if pattern else ():
        if not fitting(pattern, {}, table):
            yield Hit(f"table {table} is dropped before its name says so", step)


def _dropped(review: Review) -> Iterator[tuple[Step, str]]:
    for step in review.doing(DropTable):
        for operation in step.operations:
            if isinstance(operation, DropTable):
                yield step, operation.table.name


@lru_cache(maxsize=4096)
def _odd(name: str, dialect: str) -> str:
    """What is wrong with a name in any team. SQLite keeps capitals and does not look at them."""
    if dialect == "postgres" and name != name.lower():
        return "has to be quoted wherever it is used, for its capitals"
    if not re.fullmatch(r"\w+", name) or name[0].isdigit():
        return "has to be quoted, or confuses, for its special characters"
    if dialect == "postgres" and name.startswith("pg_"):
        return "looks like the system's own: pg_ is reserved"
    if len(name) == 1:
        return "is a single letter"
    return ""


def _broken(each: Given, options: Mapping[str, object]) -> str:
    """What the team's own patterns say, those of the column's type included."""
    key = each.kind.replace(" ", "-")
    blanks = {"table": each.table}
    if each.columns:
        blanks |= {"columns": "_".join(each.columns), "column": each.columns[0]}
    if each.references:
        blanks |= {"referenced_table": each.references}
    if each.referenced:
        blanks |= {"referenced_columns": "_".join(each.referenced)}
    if key == "constraint":
        return _of_no_kind(each, options, blanks)
    pattern = text(options, key) if key in _KINDS else ""
    if each.counts and (wanted := text(options, "auto-increment")):
        pattern = wanted
    if not pattern and key == "unique-index":
        pattern = text(options, "unique") or text(options, "index")
    if pattern and not fitting(pattern, blanks, each.name):
        return f"does not match {pattern}"
    for kinds, option in ((_TIMES, "timestamp-suffix"), (_DATES, "date-suffix")):
        suffix = text(options, option)
        if suffix and each.type in kinds and not each.name.endswith(suffix):
            return f"does not end with {suffix}"
    return ""


def _of_no_kind(each: Given, options: Mapping[str, object], blanks: Mapping[str, str]) -> str:
    """A renamed constraint that is not there to be looked at may be any of them."""
    patterns = [pattern for kind in _CONSTRAINTS if (pattern := text(options, kind))]
    if not patterns or any(fitting(one, blanks, each.name) for one in patterns):
        return ""
    return f"does not match {' or '.join(patterns)}"


RULE = Rule(
    id="naming",
    title="Name that needs quotes or breaks a pattern",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="A name with capitals or special characters has to be quoted in every query for ever, one"
    " that begins with pg_ may clash with the system's, and a single letter tells nobody anything.",
    instead="Lower case, words with _ between them. The team's own patterns go into the options.",
    check=_check,
    aliases=(
        "NM101",
        "NM102",
        "NM103",
        "NM104",
        "NM105",
        "NM106",
        "naming-convention",
        "NM001",
        "NM002",
        "NM003",
        "NM004",
        "NM005",
        "NM006",
        "NM007",
        "NM009",
        "NM010",
        "NM012",
        "NM013",
        "NM014",
        "NM015",
        "NM016",
        "GN017",
        "NAMING_TABLE",
        "NAMING_COLUMN",
        "NAMING_INDEX_IDX",
        "NAMING_INDEX_PK",
        "NAMING_INDEX_UK",
        "NAMING_INDEX_FK",
        "TABLE_DROP_NAMING_CONVENTION",
    ),
    options=(
        *(
            RuleOption(kind, "pattern", f"the whole name of each {kind.replace('-', ' ')}")
            for kind in _KINDS
        ),
        RuleOption("auto-increment", "pattern", "the name of a column that MySQL counts"),
        RuleOption("dropped-table", "pattern", "the name that a table has before it is dropped"),
        RuleOption("timestamp-suffix", "pattern", "how names of timestamp columns end"),
        RuleOption("date-suffix", "pattern", "how names of date columns end"),
    ),
    group="style",
)
