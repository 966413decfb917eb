"""Several tables are locked for all others in one transaction."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.locks import exclusive, piled
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """Where the second table comes in; later ones are no news."""
    for each, before in piled(review, exclusive):
        if len(before) == 1:
            takes = {table for table, mode in each.takes.items() if exclusive(table, mode)}
            if takes - before.keys():
                names = ", ".join(sorted(table.qualified for table in before.keys() | takes))
                yield Hit(f"holds ACCESS EXCLUSIVE on {names} at once", each.step)


RULE = Rule(
    id="wide-lock-window",
    title="Several tables locked at once",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why=(
        "Nobody can use any of them until the end; with clients that take them in another"
        " order it deadlocks."
    ),
    instead="One table per file, which is a transaction of its own.",
    check=_check,
    aliases=("avoidWideLockWindow",),
)
