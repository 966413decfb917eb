"""A type is made by CREATE TYPE ... AS ENUM."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import of_type
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Enum


def _check(review: Review) -> Iterator[Hit]:
    for each in review.arriving(Enum):
        if isinstance(each.new, Enum) and each.old is None:
            yield Hit(f"values of the enum {each.new.name} can't be removed again", each.step)
    if review.dialect == "mysql":
        yield from of_type(
            review,
            lambda kind: kind.lower().startswith(("enum(", "set(")),
            "values can only be added at the end",
        )


RULE = Rule(
    id="enum-type",
    title="Enum where a table would do",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="A value can be added but neither removed nor moved, short of making the type again and"
    " rewriting every column that has it.",
    instead="A lookup table with a foreign key, or text with a CHECK.",
    check=_check,
    aliases=("W13", "creatingEnum", "GN006"),
    group="design",
)
