"""A table is written again by VACUUM FULL or CLUSTER."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Cluster, Vacuum
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.among(Vacuum, Cluster):
        match touch.operation:
            case Vacuum(table=table, full=True):
                what = "VACUUM FULL"
            case Cluster(table=table):
                what = "CLUSTER"
            case _:
                continue
        if table is None or touch.known:
            yield Hit(f"writes {table or 'every table'} again: {what}", touch.step)


RULE = Rule(
    id="vacuum-full-cluster",
    title="VACUUM FULL or CLUSTER",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The whole table and its indexes are written again while nobody can read or write it.",
    instead=(
        "VACUUM without FULL; where space must come back pg_repack or pg_squeeze do it online."
    ),
    check=_check,
    aliases=(
        "prefer-repack",
        "banVacuumFull",
        "US025",
        "US026",
        "PGM018",
        "PGM021",
    ),
    waits=True,
)
