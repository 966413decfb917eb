"""Work goes on while a table is locked for all others."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateIndex, Data, Other
from ci_runner.lint.locks import ACCESS_EXCLUSIVE, Held, held
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """Once for each transaction: for the first statement that works on rows."""
    told: set[tuple[str, str]] = set()
    for each in held(review):
        locked = sorted(
            table.qualified for table, mode in each.before.items() if mode == ACCESS_EXCLUSIVE
        )
        place = each.step.statement.path, ", ".join(locked)
        if locked and each.step.failure is None and _works(each) and not told.intersection({place}):
            told.add(place)
            yield Hit(f"works on rows while nobody can use {', '.join(locked)}", each.step)


def _works(done: Held) -> bool:
    """Whether it reads or writes rows; those of a new table are few."""
    if ran(done.step) and not done.takes:
        return False
    for each in done.step.operations:
        match each:
            case Data() | CreateIndex():
                return True
            case Other(what="select_stmt"):
                return True
            case _:
                pass
    return False


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
