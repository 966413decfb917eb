"""A view or function in use gets another body or other options."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterObject, CreateObject, CreateView
from ci_runner.lint.objects import known, ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_KINDS = frozenset({"function", "procedure", "routine", "view"})


def _check(review: Review) -> Iterator[Hit]:
    """What changes nothing is no news."""
    for step in review.doing(CreateView, CreateObject, AlterObject):
        if ran(step) and not step.observed.changes:
            continue
        for operation in step.operations:
            match operation:
                case CreateView(view=name, replace=True):
                    kind = "view"
                case CreateObject(kind=kind, name=name, replace=True) if kind in _KINDS:
                    pass
                case AlterObject(kind=kind, name=name, action=action) if (
                    kind in _KINDS and action not in {"SET SCHEMA", "OWNER TO"}
                ):
                    pass
                case _:
                    continue
            if review.base_known and known(review, step, kind, name):
                yield Hit(f"changes {kind} {name} under running clients", step)


RULE = Rule(
    id="replace-view-function",
    title="Replaced view or function",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="Running clients get the new behaviour at once, the old release included.",
    instead="Make a new one beside it where its answers change, and move clients over.",
    check=_check,
    aliases=(
        "ban-replace-view-function",
        "ban-alter-function-options",
        "ban-alter-view-options",
    ),
    group="compatibility",
)
