"""An index that is hidden or shown by a statement that does more."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ci_runner.lint.mysql import Clause, clauses
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_SHOWS = frozenset({"VISIBLE", "INVISIBLE", "IGNORED"})
_HOW = frozenset({"ALGORITHM", "LOCK"})


def _check(review: Review) -> Iterator[Hit]:
    for _, group in groupby(clauses(review), key=lambda each: id(each.step)):
        parts = [each for each in group if each.words[0] not in _HOW]
        shown = [each for each in parts if _is_shown(each)]
        if shown and len(shown) < len(parts):
            name = shown[0].tokens[2].name
            yield Hit(f"hides or shows index {name} together with other changes", shown[0].step)


def _is_shown(clause: Clause) -> bool:
    """ALTER INDEX a INVISIBLE on MySQL, [NOT] IGNORED on MariaDB."""
    words = clause.words
    return words[0] == "ALTER" and words[1:2] in (["INDEX"], ["KEY"]) and words[-1] in _SHOWS


RULE = Rule(
    id="mysql-index-visibility",
    title="Index hidden by a statement that does more",
    severity=Severity.NOTE,
    dialects=("mysql",),
    why=(
        "To hide an index and to show it again takes a moment, which is what makes it a safe trial."
        " With another change beside it, undoing the one waits for the other."
    ),
    instead="ALTER INDEX in a statement of its own.",
    check=_check,
)
