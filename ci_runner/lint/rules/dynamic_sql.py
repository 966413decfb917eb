"""A DO block of which nobody has seen what it does."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.observation import Observation
from ci_runner.dialects.postgres.parse.routine import anonymous, executes
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# explicit-locking.html: what SELECT and SELECT FOR UPDATE take.
_READS = frozenset({"ACCESS SHARE", "ROW SHARE"})


def _check(review: Review) -> Iterator[Hit]:
    """What a block was seen doing is judged by all other rules; its text alone tells none."""
    for each in review.written_as("do_stmt"):
        if not ran(each.step):
            if each.step.failure is None:
                yield Hit(
                    "what a DO block does is not told by its text, and it was not run", each.step
                )
        elif executes(anonymous(each.node)) and not _seen(each.step.observed):
            yield Hit(
                "the DO block makes up the SQL that it runs, and ran none that changes anything on"
                " the dev database: what it does elsewhere is not judged",
                each.step,
            )


def _seen(observed: Observation) -> bool:
    """Whether it did more than read."""
    taken = {lock.mode for lock in observed.locks}
    return bool(observed.changes or observed.rewritten or taken - _READS)


RULE = Rule(
    id="dynamic-sql",
    title="DO block whose effect was not seen",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="A block that loops over rows, or asks for what is there, does in production what it did"
    " not do on an empty database: what it drops, locks or rewrites there is not reviewed.",
    instead="Write the statements out, or let the file's setup hold rows that the block meets.",
    check=_check,
    aliases=("unchecked-do-block", "analyzer-blind-on-dynamic-sql"),
)
