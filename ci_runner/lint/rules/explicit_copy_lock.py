"""ALGORITHM=COPY or a LOCK that others wait for, written out."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import asked_for, clauses
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_HEAVY = {"ALGORITHM": {"COPY"}, "LOCK": {"SHARED", "EXCLUSIVE"}}


def _check(review: Review) -> Iterator[Hit]:
    for each in clauses(review):
        if not each.known or not asked_for(each.step):
            continue
        words = [word for word in each.words if word != "="]
        for at, word in enumerate(words[:-1]):
            if words[at + 1] in _HEAVY.get(word, ()):
                yield Hit(f"asks for {word}={words[at + 1]} on {each.table.qualified}", each.step)


RULE = Rule(
    id="explicit-copy-lock",
    title="Lock or copy that is asked for",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why="The server does what it is told, even where it could have done without.",
    instead=("Leave the option out, or name the least that will do: ALGORITHM=INPLACE, LOCK=NONE."),
    check=_check,
    aliases=(
        "copy_algorithm",
        "lock_option",
    ),
    waits=True,
)
