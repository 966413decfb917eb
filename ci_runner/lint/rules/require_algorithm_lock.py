"""A change of a table that does not say how little it may take."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.watch.online import alteration
from ci_runner.lint.mysql import clauses
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    told = set()
    for each in clauses(review):
        what = alteration(each.step.statement.text)
        if what and id(each.step) not in told:
            told.add(id(each.step))
            if not (what.algorithm or what.lock):
                ddl = each.step.observed.online
                yield Hit(
                    f"alters {each.table.qualified} without ALGORITHM or LOCK",
                    each.step,
                    evidence=f"the server takes {ddl}" if ddl else "",
                )


RULE = Rule(
    id="require-algorithm-lock",
    title="ALTER without ALGORITHM and LOCK",
    severity=Severity.OFF,
    dialects=("mysql",),
    why=(
        "A server that can't do it as cheaply as the one it was tried on does it in the "
        "expensive way, without a word."
    ),
    instead="Name them: a server that can't do it so refuses at once.",
    check=_check,
    aliases=(
        "STATEMENT_REQUIRE_ALGORITHM_OPTION",
        "STATEMENT_REQUIRE_LOCK_OPTION",
    ),
    group="style",
)
