"""A name that is a word of SQL."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.parse_names import Given
from ci_runner.dialects.postgres.words import is_reserved
from ci_runner.lint.names import named
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# sqlite.org/lang_keywords: those that no name may be without quotes.
_SQLITE = frozenset(
    "add all alter and as autoincrement between case check collate commit constraint create default"
    " deferrable delete distinct drop else escape except exists foreign from group having in index"
    " insert intersect into is isnull join limit not notnull null on or order primary references"
    " select set table then to transaction union unique update using values when where".split()
)


def _check(review: Review) -> Iterator[Hit]:
    for step, each in named(review):
        if _clashes(review.dialect, each):
            yield Hit(f"{each.kind} {each.name} is called by a word of SQL", step)


def _clashes(dialect: str, each: Given) -> bool:
    """A word that has to be quoted, or the word for its own kind: a procedure called procedure."""
    if dialect == "sqlite":
        return each.name.lower() in _SQLITE
    return is_reserved(each.name) or each.name in each.kind.split()


RULE = Rule(
    id="reserved-word",
    title="Name that is a word of SQL",
    severity=Severity.NOTE,
    dialects=("postgres", "sqlite"),
    why="It has to be quoted in every query for ever, and tools that forget it fail.",
    instead="Say what it is: orders or user_account, not order or user.",
    check=_check,
    aliases=("PGM509", "NM011", "NAMING_IDENTIFIER_NO_KEYWORD", "NAMING_TABLE_NO_KEYWORD"),
    group="style",
)
