"""Which objects other than tables running clients know, and which come back in the same change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

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
# Kind and name without arguments.
_Name = tuple[str, str]


def ran(step: Step) -> bool:
    """Whether the dev database could show what the statement does."""
    return step.executed and step.failure is None


def known(review: Review, step: Step, kind: str, name: Target, table: Target | None = None) -> bool:
    """Whether an object was there before the change, under this name."""
    if review.base_known:
        return any(_is_like(each, name, table) for each in _there(review, kind, name))
    here = _place(review, step)
    return not any(place < here for place in _makers(review, kind, name, table))


def comes_back(
    review: Review, step: Step, kind: str, name: Target, table: Target | None = None
) -> bool:
    """Whether a later statement makes an object of that kind and name."""
    here = _place(review, step)
    return any(place > here for place in _makers(review, kind, name, table))


def victims(step: Step, *but: str) -> list[Identity]:
    """What a statement was seen dropping, besides what it names: its own parts are left out."""
    gone = [each.old.identity for each in step.observed.changes if isinstance(each, Drop)]
    return sorted(
        each
        for each in gone
        if each.kind not in _PARTS and each.name.split("(")[0] not in but and each.parent not in but
    )


def _there(review: Review, kind: str, name: Target) -> Iterator[Identity]:
    """What the base has of that kind and name, whatever its arguments."""
    [found] = review.once(_by_name)
    for each in _KINDS.get(kind, (kind,)):
        yield from found.get((each, name.name), ())


def _by_name(review: Review) -> Iterator[Mapping[_Name, list[Identity]]]:
    found: dict[_Name, list[Identity]] = defaultdict(list)
    for each in (*review.base.by_identity, *review.base.unmanaged):
        found[each.kind, each.name.partition("(")[0]].append(each)
    yield found


def _is_like(each: Identity, name: Target, table: Target | None) -> bool:
    in_schema = not name.schema or each.schema == name.schema
    return in_schema and (table is None or each.parent == table.name)


def _makers(review: Review, kind: str, name: Target, table: Target | None) -> Iterator[int]:
    """The places of the statements that make an object of that kind and name."""
    [found] = review.once(_made)
    for place, on in found.get((kind, name.name), ()):
        if table is None or on is None or on.name == table.name:
            yield place


def _made(review: Review) -> Iterator[Mapping[_Name, list[tuple[int, Target | None]]]]:
    found: dict[_Name, list[tuple[int, Target | None]]] = defaultdict(list)
    for place, step in enumerate(review.steps):
        for each in step.operations:
            match each:
                case CreateView(view=view):
                    found["view", view.name].append((place, None))
                case CreateObject(kind=made, name=new, table=on):
                    found[made.removeprefix("constraint "), new.name].append((place, on))
                case _:
                    pass
    yield found


def _place(review: Review, step: Step) -> int:
    """Behind all others where it is none of them."""
    [places] = review.once(_places)
    return places.get(id(step), len(places))


def _places(review: Review) -> Iterator[Mapping[int, int]]:
    yield {id(step): place for place, step in enumerate(review.steps)}
