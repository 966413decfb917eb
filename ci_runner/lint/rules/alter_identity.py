"""How a known table numbers its rows changes."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterObject, AlterTable
from ci_runner.lint.objects import known
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_ACTIONS = frozenset({"ADD GENERATED", "SET GENERATED", "DROP IDENTITY"})


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.among(AlterTable, AlterObject):
        match touch.operation:
            case AlterTable(table=table, action=action, name=name) if action in _ACTIONS:
                if touch.known:
                    yield Hit(f"changes how column {name} of {table} is numbered", touch.step)
            case AlterObject(kind="sequence", name=name, action=action, value=""):
                if action != "SET SCHEMA" and known(review, touch.step, "sequence", name):
                    yield Hit(f"changes {action} of sequence {name}", touch.step)
            case _:
                pass


RULE = Rule(
    id="alter-identity",
    title="Changed identity or sequence",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="Numbers may come twice, or clients that send none, or their own, fail.",
    instead="Make sure that the next number is above all that are in use, and that clients know.",
    check=_check,
    aliases=(
        "ban-alter-identity",
        "ban-alter-sequence-values",
    ),
    group="compatibility",
)
