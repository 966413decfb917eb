"""SQLite's rebuild of a table leaves values behind."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Data, RenameTable
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity, Table


def _check(review: Review) -> Iterator[Hit]:
    """A new table is filled, then takes the name of one that was there."""
    filled: dict[Identity, tuple[str, ...]] = {}
    for touch in review.touches:
        match touch.operation:
            case Data(verb="insert" | "replace", columns=columns) if not touch.known:
                filled[touch.table] = columns
            case RenameTable(to=to) if filled.get(touch.table) and ran(touch.step):
                left = _left_behind(review, touch.step, to, filled[touch.table])
                if left:
                    copy = touch.operation.table
                    yield Hit(
                        f"rebuilds table {to} from {copy}, which was filled without"
                        f" {', '.join(left)}",
                        touch.step,
                    )
            case _:
                pass


def _left_behind(review: Review, step: Step, name: str, written: tuple[str, ...]) -> list[str]:
    old = review.base.get(Identity("table", "", name))
    new = step.after.get(Identity("table", "", name))
    if not isinstance(old, Table) or not isinstance(new, Table):
        return []
    copied = {each.lower() for each in written}
    both = {each.name.lower() for each in old.columns if not each.generated_kind}
    return [
        each.name
        for each in new.columns
        if each.name.lower() in both - copied and not each.generated_kind
    ]


RULE = Rule(
    id="sqlite-rebuild",
    title="Rebuild that leaves values behind",
    severity=Severity.ERROR,
    dialects=("sqlite",),
    why=(
        "The copy has the column, but the old rows get NULL or the default in it instead of"
        " their values."
    ),
    instead="Name every column that both tables have in INSERT INTO ... SELECT.",
    check=_check,
)
