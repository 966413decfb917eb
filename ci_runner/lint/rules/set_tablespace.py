"""A table or index moves to another tablespace."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterObject, AlterTable
from ci_runner.lint.follow import watched
from ci_runner.lint.objects import known, ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """The tablespace that it is in costs nothing: the dev database tells where it can."""
    for touch in review.among(AlterTable, AlterObject):
        match touch.operation:
            case AlterTable(table=table, action="SET TABLESPACE", name=to) if touch.known:
                moves = touch.table in touch.step.observed.rewritten
                if moves or not watched(touch.step, touch.table):
                    yield Hit(f"copies {table} to tablespace {to}", touch.step)
            case AlterObject(kind=kind, name=name, action="SET TABLESPACE", value=to):
                if not ran(touch.step) and known(review, touch.step, kind, name):
                    yield Hit(f"copies {kind} {name} to tablespace {to}", touch.step)
            case AlterObject(kind="tablespace", name=name, action="MOVE ALL", value=to):
                yield Hit(f"copies all that is in tablespace {name} to {to}", touch.step)
            case _:
                pass


RULE = Rule(
    id="set-tablespace",
    title="SET TABLESPACE",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="Every file is copied while nobody can read or write the table.",
    instead=(
        "Make a new table or index there, copy in batches, then swap them; pg_repack does it"
        " online."
    ),
    check=_check,
    aliases=(
        "US017",
        "US018",
        "US023",
        "US024",
    ),
    waits=True,
)
