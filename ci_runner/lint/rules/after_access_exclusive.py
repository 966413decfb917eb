"""Work goes on while a table is locked for all others."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.operations import CreateIndex, Data, Other
from ci_runner.lint.locks import exclusive, piled
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step

_QUERY = re.compile(r"\b(?:SELECT|TABLE|WITH)\b", re.IGNORECASE)


def _check(review: Review) -> Iterator[Hit]:
    """Once for each transaction and set of tables: for the first statement that works on rows.

    The index of a new table reads few; to insert a few takes no time that one has to fear.
    """
    told: set[tuple[str, str, bool]] = set()
    here: set[bool] = set()
    indexed = {id(touch.step) for touch in review.on_known(CreateIndex)}
    for each, before in piled(review, exclusive):
        if not before:
            here.clear()
            continue
        works = id(each.step) in indexed or _works(each.step)
        if not works or each.step.failure is not None:
            continue
        few = _inserts_few(each.step)
        if few in here:
            continue
        here.add(few)
        locked = ", ".join(sorted(table.qualified for table in before))
        place = each.step.statement.path, locked, few
        if place not in told:
            told.add(place)
            yield Hit(
                f"works on rows while nobody can use {locked}",
                each.step,
                severity=Severity.NOTE if few else None,
            )


def _works(step: Step) -> bool:
    """Whether it reads or writes rows."""
    return any(
        isinstance(each, Data) or (isinstance(each, Other) and each.what == "select_stmt")
        for each in step.operations
    )


def _inserts_few(step: Step) -> bool:
    """Whether it inserts only the rows that it lists."""
    return not _QUERY.search(step.statement.text) and all(
        isinstance(each, Data) and each.verb == "INSERT" for each in step.operations
    )


RULE = Rule(
    id="after-access-exclusive",
    title="Work under ACCESS EXCLUSIVE",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why=(
        "Nobody can read or write the locked table until the transaction ends, however long"
        " the later statement takes."
    ),
    instead="Put what takes long into a file of its own, which is another transaction.",
    check=_check,
    aliases=(
        "E4",
        "runningStatementWhileHoldingAccessExclusive",
        "writes_blocked",
    ),
    waits=True,
)
