"""A materialized view is filled again while nobody can read it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Refresh
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity
from ci_runner.schema.views import MaterializedView


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(Refresh):
        refresh = touch.operation
        place = Identity("materialized view", touch.table.schema, touch.table.name)
        view = touch.step.before.get(place)
        empty = isinstance(view, MaterializedView) and not view.populated
        if refresh.with_data and not refresh.concurrently and not empty:
            yield Hit(f"fills {refresh.table} again while nobody can read it", touch.step)


RULE = Rule(
    id="refresh-matview",
    title="REFRESH without CONCURRENTLY",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Nobody can read the view until its query is done.",
    instead="REFRESH MATERIALIZED VIEW CONCURRENTLY, which wants a unique index on the view.",
    check=_check,
    aliases=(
        "requireConcurrentRefreshMatview",
        "US028",
        "RefreshMatViewCheck",
    ),
    waits=True,
)
