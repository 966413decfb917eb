"""Which objects other than tables running clients know, and which come back in the same change."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateObject, CreateView, Target
from ci_runner.lint.rule import Review
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Drop
from ci_runner.schema.model import Identity

# The catalogue's kinds behind one word of the manual.
_KINDS = {
    "constraint": ("check", "unique", "primary key", "foreign key", "exclusion"),
    "constraint trigger": ("trigger",),
    "routine": ("function", "procedure", "aggregate"),
    "server": ("foreign server",),
    "statistics": ("statistics object",),
    "type": ("enum", "composite type", "range type", "domain"),
}
# What falls with its table or column and says nothing of its own.
_PARTS = frozenset({"owner", "grant", "default privileges"})


def ran(step: Step) -> bool:
    """Whether the dev database could show what the statement does."""
    return step.executed and step.failure is None


def known(review: Review, step: Step, kind: str, name: Target, table: Target | None = None) -> bool:
    """Whether an object was there before the change, under this name."""
    if review.base_known:
        return next(_like(review, kind, name, table), None) is not None
    return not any(_makes(each, kind, name, table) for each in _steps(review, until=step))


def comes_back(
    review: Review, step: Step, kind: str, name: Target, table: Target | None = None
) -> bool:
    """Whether a later statement makes an object of that kind and name."""
    return any(_makes(each, kind, name, table) for each in _steps(review, since=step))


def victims(step: Step, *but: str) -> list[Identity]:
    """What a statement was seen dropping, besides what it names: its own parts are left out."""
    gone = [each.old.identity for each in step.observed.changes if isinstance(each, Drop)]
    return sorted(
        each
        for each in gone
        if each.kind not in _PARTS and each.name.split("(")[0] not in but and each.parent not in but
    )


def _like(review: Review, kind: str, name: Target, table: Target | None) -> Iterator[Identity]:
    kinds = _KINDS.get(kind, (kind,))
    for each in (*review.base.by_identity, *review.base.unmanaged):
        if (
            each.kind in kinds
            and each.name.split("(")[0] == name.name
            and (not name.schema or each.schema == name.schema)
            and (table is None or each.parent == table.name)
        ):
            yield each


def _steps(
    review: Review, *, since: Step | None = None, until: Step | None = None
) -> Iterator[Step]:
    begun = since is None
    for step in review.steps:
        if step is until:
            return
        if begun:
            yield step
        begun = begun or step is since


def _makes(step: Step, kind: str, name: Target, table: Target | None) -> bool:
    for each in step.operations:
        match each:
            case CreateView(view=view) if kind == "view" and view.name == name.name:
                return True
            case CreateObject(kind=made, name=new, table=on):
                alike = made.removeprefix("constraint ") == kind and new.name == name.name
                if alike and (table is None or on is None or on.name == table.name):
                    return True
            case _:
                pass
    return False
