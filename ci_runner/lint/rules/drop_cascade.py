"""DROP ... CASCADE takes along what it does not name."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import DropColumn, DropConstraint, DropObject, DropTable
from ci_runner.lint.effects import Effect
from ci_runner.lint.follow import Touch
from ci_runner.lint.objects import known, ran, victims
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.among(DropTable, DropColumn, DropConstraint, DropObject):
        named = _named(touch.operation)
        if not named or not _before(review, touch):
            continue
        gone = victims(touch.step, *_all_named(touch.step))
        if gone or not ran(touch.step):
            yield Hit(
                f"drops {named} with CASCADE",
                touch.step,
                evidence=f"with it went {', '.join(map(str, gone))}" if gone else "",
            )


def _named(operation: Effect) -> str:
    match operation:
        case DropTable(table=table, cascade=True):
            return f"table {table}"
        case DropColumn(table=table, column=column, cascade=True):
            return f"column {column} of {table}"
        case DropConstraint(table=table, name=name, cascade=True):
            return f"constraint {name} of {table}"
        case DropObject(kind=kind, name=name, cascade=True):
            return f"{kind} {name}"
        case _:
            return ""


def _all_named(step: Step) -> Iterator[str]:
    for each in step.operations:
        match each:
            case DropTable(table=target) | DropObject(name=target):
                yield target.name
            case DropColumn(column=name) | DropConstraint(name=name):
                yield name
            case _:
                pass


def _before(review: Review, touch: Touch[Effect]) -> bool:
    drop = touch.operation
    if isinstance(drop, DropObject):
        return known(review, touch.step, drop.kind, drop.name, drop.table)
    return touch.known


RULE = Rule(
    id="drop-cascade",
    title="DROP with CASCADE",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why=(
        "Whatever depends on it goes too: on the dev database what is listed, in production"
        " perhaps more."
    ),
    instead=(
        "Drop what depends on it by name, in statements of their own, then drop without CASCADE."
    ),
    check=_check,
    aliases=(
        "PGM202",
        "GN015",
        "STATEMENT_DISALLOW_RM_TBL_CASCADE",
    ),
)
