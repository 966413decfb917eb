"""A table that becomes a partition is read in full."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AttachPartition, Target, ValidateConstraint
from ci_runner.lint.effects import Effect
from ci_runner.lint.follow import Touch
from ci_runner.lint.objects import ran
from ci_runner.lint.rewrites import family
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity, Table


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.upon(AttachPartition):
        attach = touch.operation
        if not ran(touch.step):
            if touch.known and not _proven(review, attach.partition):
                yield Hit(f"attaches {attach.partition} and reads its rows", touch.step)
            continue
        base = review.base.by_identity
        seen = sorted(each for each in touch.step.observed.scanned if each in base)
        mine = [each for each in seen if each in _places(touch)]
        if mine:
            where = " and ".join(each.qualified for each in mine)
            yield Hit(f"attaches {attach.partition} and reads every row of {where}", touch.step)


def _proven(review: Review, partition: Target) -> bool:
    """Whether the files make it, or validate a constraint of it, which may well be its bound."""
    fresh = any(each.name == partition.name for each in review.made)
    return fresh or any(
        each.operation.table == partition for each in review.upon(ValidateConstraint)
    )


def _places(touch: Touch[Effect]) -> set[Identity]:
    """The new partition with all below it, and the family that it joins."""
    schema = touch.step.after
    parts = {each.identity for each in schema.of_type(Table) if touch.table in each.parents}
    return parts | family(touch.step, touch.table)


RULE = Rule(
    id="attach-partition",
    title="ATTACH PARTITION reads rows",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why=(
        "The new partition, and the default one if there is any, are read while nobody can"
        " use them."
    ),
    instead=(
        "Add a CHECK that says the same as the bound NOT VALID, VALIDATE it, then attach;"
        " likewise on the default."
    ),
    check=_check,
    aliases=(
        "PGM005",
        "avoidAttachingPartition",
    ),
    waits=True,
)
