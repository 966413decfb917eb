"""What logical replication sends changes."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterObject, AlterTable
from ci_runner.lint.objects import known
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.among(AlterTable, AlterObject):
        match touch.operation:
            case AlterTable(table=table, action="REPLICA IDENTITY") if touch.known:
                yield Hit(f"changes what replication sends of {table}", touch.step)
            case AlterObject(kind="publication", name=name):
                if known(review, touch.step, "publication", name):
                    yield Hit(f"changes what publication {name} sends", touch.step)
            case _:
                pass


RULE = Rule(
    id="replica-identity",
    title="Changed replication",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="Subscribers get other rows or columns, or stop at an UPDATE without a key.",
    instead="Tell those who read the stream first.",
    check=_check,
    aliases=("ban-replica-identity",),
    group="compatibility",
)
