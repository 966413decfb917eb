"""Work goes on while a table is locked for all others."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateIndex, Data, Other
from ci_runner.lint.locks import exclusive, piled
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step


def _check(review: Review) -> Iterator[Hit]:
    """Once for each transaction and set of tables: for the first statement that works on rows.

    The index of a new table reads few.
    """
    told: set[tuple[str, str]] = set()
    news = True
    indexed = {id(touch.step) for touch in review.on_known(CreateIndex)}
    for each, before in piled(review, exclusive):
        news = news or not before
        if not news or not before or each.step.failure is not None:
            continue
        if id(each.step) not in indexed and not _works(each.step):
            continue
        locked = ", ".join(sorted(table.qualified for table in before))
        place = each.step.statement.path, locked
        news = False
        if place not in told:
            told.add(place)
            yield Hit(f"works on rows while nobody can use {locked}", each.step)


def _works(step: Step) -> bool:
    """Whether it reads or writes rows."""
    return any(
        isinstance(each, Data) or (isinstance(each, Other) and each.what == "select_stmt")
        for each in step.operations
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
