"""A column of a type that has a better one: money, json, xml, hstore, float."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from ci_runner.dialects.mysql.parse.made import types
from ci_runner.lint.arrivals import ArrivedColumn
from ci_runner.lint.designs import of_type, told_of
from ci_runner.lint.options import RuleOption, texts
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_WORSE: Mapping[str, str] = {
    "money": "the server's lc_monetary decides what it means: use numeric",
    "json": "no equality and no index: use jsonb",
    "xml": "no equality and no index: use jsonb, or text",
    "hstore": "for texts only: use jsonb",
    "real": "not exact: use numeric where sums have to be right",
    "double precision": "not exact: use numeric where sums have to be right",
}
_MYSQL = {
    "float": "not exact: use decimal where sums have to be right",
    "double": "not exact: use decimal where sums have to be right",
}
_LENGTH = re.compile(r"\(.*?\)")


def _check(review: Review) -> Iterator[Hit]:
    options = review.options.get(RULE.id, {})
    forbidden = {each.lower() for each in texts(options, "forbidden")}
    allowed = {each.lower() for each in texts(options, "allowed")}
    if review.dialect != "sqlite":
        for name, says in (_WORSE if review.dialect == "postgres" else _MYSQL).items():
            if name not in allowed | forbidden:
                yield from of_type(review, lambda kind, name=name: _bare(kind) == name, says)  # type: ignore[misc]
    if forbidden:
        yield from of_type(
            review,
            lambda kind: bool({kind.lower(), _bare(kind)} & forbidden),
            "a type that this team does not use",
        )
        if review.dialect == "mysql":
            yield from told_of(review, _renamed(forbidden), "a type that this team does not use")


def _renamed(forbidden: set[str]) -> Callable[[ArrivedColumn], bool]:
    """Types that the server keeps as another: MariaDB's JSON is longtext, BOOLEAN tinyint(1)."""

    def wanted(each: ArrivedColumn) -> bool:
        written = types(each.step.statement.text).get(each.column.name, "")
        return _bare(written) in forbidden and _bare(each.column.type) not in forbidden

    return wanted


def _bare(kind: str) -> str:
    """The type without length and schema: `hstore` of `extensions.hstore`."""
    return _LENGTH.sub("", kind).rpartition(".")[2].lower()


RULE = Rule(
    id="bad-types",
    title="Type that has a better one",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="money rounds and changes with a server setting, json and xml can't be compared or indexed,"
    " hstore knows texts only, and floats do not add up. Which types are too many is for the team"
    " to say; SQLite has none that is bad by itself.",
    instead="numeric for amounts, jsonb for documents; or name the type in `allowed`.",
    check=_check,
    aliases=(
        "PGM104",
        "PGM106",
        "PGM109",
        "TP006",
        "TP008",
        "TP011",
        "TP012",
        "TP013",
        "TP014",
        "TP016",
        "prefer-jsonb",
        "preferJsonb",
        "forbidden-column-type",
        "COLUMN_TYPE_DISALLOW_LIST",
    ),
    options=(
        RuleOption("forbidden", "texts", "types as the server spells them, without length"),
        RuleOption("allowed", "texts", "types of the usual list that are fine"),
    ),
    group="design",
)
