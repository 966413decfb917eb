"""A change of type that old values may not survive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ci_runner.dialects.mysql.plan.types import holds
from ci_runner.dialects.operations import AlterColumnType
from ci_runner.dialects.postgres.plan.types import UserTypes, widens
from ci_runner.dialects.postgres.quote import qualified
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import of_column
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Column, Enum

_LIMITED = re.compile(
    r"(?P<kind>bit varying|character|interval|timestamp|time)(?:\((?P<limit>\d+)\))?"
    r"(?P<zone> with(?:out)? time zone)?"
)
_PADDED = re.compile(r"character\((?P<limit>\d+)\)")
_ROOM = re.compile(r"bpchar|character varying(?:\((?P<limit>\d+)\))?")


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AlterColumnType):
        changed = touch.operation
        old = of_column(touch.step.before, touch.table, changed.column)
        new = of_column(touch.step.after, touch.table, changed.column)
        if not ran(touch.step) or old is None or new is None or old.type == new.type:
            continue
        kept = holds if review.dialect == "mysql" else _survives(touch.step)
        if not kept(old, new):
            yield Hit(
                f"changes column {changed.column} of {changed.table} from {old.type} to {new.type},"
                " which not every value may survive",
                touch.step,
            )


def _survives(step: Step) -> Callable[[Column, Column], bool]:
    types = UserTypes.of(step.after)
    values = {
        qualified(each.schema, each.name): set(each.values) for each in step.after.of_type(Enum)
    }

    def kept(old: Column, new: Column) -> bool:
        if old.type in values and new.type in values:
            return values[old.type] <= values[new.type]
        was, becomes = types.plain(old.type), types.plain(new.type)
        return not types.asks(new.type) and (widens(was, becomes) or _fits(was, becomes))

    return kept


def _fits(old: str, new: str) -> bool:
    """Types that hold every value of another, though the cast between them is not free."""
    anything = new in {"text", "character varying"} and not old.endswith("[]")
    return (
        anything
        or _grows(old, new)
        or _unpadded(old, new)
        or (old, new)
        in {
            ("cidr", "inet"),
            ("date", "timestamp with time zone"),
            ("date", "timestamp without time zone"),
            ("integer", "double precision"),
            ("smallint", "double precision"),
            ("smallint", "real"),
            ("json", "jsonb"),
            ("timestamp with time zone", "timestamp without time zone"),
            ("timestamp without time zone", "timestamp with time zone"),
        }
    )


def _unpadded(old: str, new: str) -> bool:
    """Whether blanks at the end are all that goes, which mean nothing: datatype-character.html."""
    padded = _PADDED.fullmatch(old)
    room = _ROOM.fullmatch(new)
    if padded is None or room is None:
        return False
    return room["limit"] is None or int(padded["limit"]) <= int(room["limit"])


def _grows(old: str, new: str) -> bool:
    """Whether it is the same type with a higher limit or none."""
    before, after = _LIMITED.fullmatch(old), _LIMITED.fullmatch(new)
    if before is None or after is None:
        return False
    if (before["kind"], before["zone"]) != (after["kind"], after["zone"]):
        return False
    if before["limit"] is None or after["limit"] is None:
        return after["limit"] is None
    return int(before["limit"]) <= int(after["limit"])


RULE = Rule(
    id="lossy-type-change",
    title="Type change that may lose values",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql"),
    why="A value that does not fit stops the migration, or is cut or rounded.",
    instead=(
        "Add a column of the new type, copy with a rule for what does not fit, then swap them."
    ),
    check=_check,
    aliases=("COLUMN_DISALLOW_CHANGE_TYPE",),
)
