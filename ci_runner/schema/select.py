"""Leave objects out of a comparison by pattern: `public.*`, `*.audit_*`, `*[type=function]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ci_runner.frozen import frozen
from ci_runner.schema.model import Column, Identity, Namespace, Schema, SchemaObject, Table, home
from ci_runner.schema.virtual import VirtualTable

# Words of a pattern that stand for several kinds of identity.
FAMILIES = {
    "constraint": frozenset(
        {"primary key", "unique", "check", "foreign key", "exclusion", "domain constraint"}
    ),
    "type": frozenset(
        {"enum", "domain", "composite type", "range type", "base type", "shell type"}
    ),
    "routine": frozenset({"function", "procedure", "aggregate"}),
}
_PATTERN = re.compile(r"(?P<name>.+?)(?:\[type=(?P<kinds>[^\]]+)\])?", re.DOTALL)
# A part of a name: quoted, or up to the next dot that stands in no argument list.
_PART = re.compile(r'(?:"((?:[^"]|"")+)"|((?:[^."(]|\([^)]*\))+))(?:\.|\Z)')

_ARGUMENTS = re.compile(r"\([^)]*\)")


@frozen
class Pattern:
    """One pattern as it was `written`, taken apart. No kind means every kind."""

    written: str
    parts: tuple[re.Pattern[str], ...]
    kinds: frozenset[str] = frozenset()

    def matches(self, identity: Identity) -> bool:
        """Also what lives inside of what the name says: `public.users` has its columns."""
        if self.kinds and identity.kind not in self.kinds:
            return False
        names = [each for each in (identity.schema, identity.parent, identity.name) if each]
        return len(self.parts) <= len(names) and all(
            part.fullmatch(name) or part.fullmatch(name.partition("(")[0])
            for part, name in zip(self.parts, names, strict=False)
        )


def pattern(written: str) -> Pattern:
    """Raises ValueError for what is none."""
    found = _PATTERN.fullmatch(written.strip())
    if found is None:
        raise ValueError("it is empty")
    names = found["name"].strip()
    if "[type=" in names:
        raise ValueError("a kind stands behind a name, as in *[type=function]")
    parts: list[re.Pattern[str]] = []
    place = 0
    while place < len(names):
        part = _PART.match(names, place)
        if part is None or (part.end() == len(names) and names.endswith(".") and not part[1]):
            raise ValueError(f"{names[place:]!r} is no name")
        if "[" in _ARGUMENTS.sub("", part[2] or ""):
            raise ValueError("only a kind stands in brackets, as in *[type=function]")
        parts.append(_glob(part[2]) if part[2] else re.compile(re.escape(_unquoted(part[1]))))
        place = part.end()
    kinds: set[str] = set()
    for word in (found["kinds"] or "").split("|"):
        kind = " ".join(word.lower().split())
        kinds |= FAMILIES.get(kind, {kind} if kind else set())
    return Pattern(written.strip(), tuple(parts), frozenset(kinds))


def _unquoted(text: str) -> str:
    return text.replace('""', '"')


def _glob(text: str) -> re.Pattern[str]:
    """`*` is any text, `?` one character; anything else is itself."""
    words = {"*": ".*", "?": "."}
    return re.compile("".join(words.get(each, re.escape(each)) for each in text), re.DOTALL)


@frozen
class Selection:
    """What is compared: all, or what one of `include` matches, without what `exclude` matches."""

    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.include or self.exclude)

    @property
    def written(self) -> str:
        """As options of a command line."""
        said = [f"--include {each.written}" for each in self.include]
        return ", ".join([*said, *(f"--exclude {each.written}" for each in self.exclude)])

    def takes(self, *identities: Identity) -> bool:
        """Whether an object is compared: its own identity, then those of what it lives on."""
        if any(each.matches(name) for each in self.exclude for name in identities):
            return False
        return not self.include or any(
            each.matches(name) for each in self.include for name in identities
        )


@frozen
class Selected:
    """Both sides without what was `left_out`, which is sorted; `idle` patterns matched nothing."""

    old: Schema
    new: Schema
    left_out: tuple[Identity, ...] = ()
    idle: tuple[str, ...] = ()


def select(old: Schema, new: Schema, selection: Selection, *, keep: bool = False) -> Selected:
    """Both sides as `selection` wants them.

    With `keep`, what is left out is on both sides as the old one has it, if its place is there:
    so it differs in nothing, and is known to an engine that changes a table by making it anew.

    The table of something that is compared stays, as the old side has it, when it is not compared
    itself; a schema that only the new side has comes with what is compared in it, and one that only
    the old side has stays as long as it holds something that is left out.
    """
    if not selection:
        return Selected(old, new)
    every = {**new.by_identity, **old.by_identity}
    taken = {name for name in every if selection.takes(*_lived_on(name, every))}
    kept = {name.schema for name in every.keys() - taken if name in old.by_identity}
    for name, each in every.items():
        if not isinstance(each, Namespace):
            continue
        if name not in old.by_identity and any(other.schema == name.name for other in taken):
            taken.add(name)
        elif name not in new.by_identity and name.name in kept:
            taken.discard(name)
    frames = {
        place for name in taken if (place := home(every[name])) is not None and place not in taken
    }
    lost = frames - (old.by_identity.keys() & new.by_identity.keys())
    taken -= {name for name in taken if home(every[name]) in lost}
    unseen = {name for name in (*old.unmanaged, *new.unmanaged) if not selection.takes(name)}
    out = every.keys() - taken
    out = {name for name in out if home(every[name]) not in out} | unseen
    names = (*every, *old.unmanaged, *new.unmanaged)
    sides = (_only(side, old, taken, frames - lost, unseen, keep=keep) for side in (old, new))
    mine, theirs = (_keeping(side, old, taken) if keep else side for side in sides)
    return Selected(
        mine,
        theirs,
        tuple(sorted(out)),
        tuple(
            each.written
            for each in (*selection.include, *selection.exclude)
            if not any(map(each.matches, names))
        ),
    )


def _keeping(side: Schema, old: Schema, taken: set[Identity]) -> Schema:
    """`side` with what is left out of `old`. A virtual table may be one that can't be made here."""
    objects = {each.identity: each for each in side.objects}
    names = {each.name.lower() for each in objects if not each.parent}
    for each in sorted(old.objects, key=lambda each: home(each) is not None):
        name, place = each.identity, home(each)
        stands = name.name.lower() not in names if place is None else place in objects
        if (
            name not in taken
            and name not in objects
            and stands
            and not isinstance(each, VirtualTable)
        ):
            objects[name] = each
    edges = (*side.dependencies, *old.dependencies)
    return Schema.of(side.dialect, objects.values(), edges, side.unmanaged)


def _lived_on(name: Identity, every: Mapping[Identity, SchemaObject]) -> Iterator[Identity]:
    """The object itself, what it lives on, what that lives on."""
    place: Identity | None = name
    while place is not None:
        yield place
        each = every.get(place)
        place = None if each is None else home(each)


def _only(
    side: Schema,
    old: Schema,
    taken: set[Identity],
    frames: set[Identity],
    unseen: set[Identity],
    *,
    keep: bool,
) -> Schema:
    objects: list[SchemaObject] = []
    for each in side.objects:
        name = each.identity
        if name in frames:
            objects.append(_frame(each, old.by_identity[name], taken))
        elif name in taken:
            kept = old.get(name) if keep else None
            objects.append(_without_columns(each, kept, taken))
    rest = (name for name in side.unmanaged if name not in unseen)
    return Schema.of(side.dialect, objects, side.dependencies, rest)


def _frame(each: SchemaObject, old: SchemaObject, taken: set[Identity]) -> SchemaObject:
    """The old object, but with the columns of this side that are compared."""
    if not isinstance(each, Table) or not isinstance(old, Table):
        return old
    mine = [column for column in old.columns if column.identity not in taken]
    return replace(old, columns=(*mine, *_taken(each, taken)))


def _without_columns(
    each: SchemaObject, kept: SchemaObject | None, taken: set[Identity]
) -> SchemaObject:
    """The table without the columns that are left out, but for those of the one that is `kept`."""
    if not isinstance(each, Table):
        return each
    columns = list(_taken(each, taken))
    if isinstance(kept, Table):
        for at, column in enumerate(kept.columns):
            if column.identity not in taken:
                columns.insert(at, column)
    return each if each.columns == tuple(columns) else replace(each, columns=tuple(columns))


def _taken(table: Table, taken: set[Identity]) -> Iterable[Column]:
    return (column for column in table.columns if column.identity in taken)
