"""Views, triggers and indexes: which have to go before tables change, and come again after."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.sqlite.catalogue import Catalogue, Dependent
from ci_runner.dialects.sqlite.tokens import quote
from ci_runner.schema.graph import CycleError, ordered
from ci_runner.schema.model import Identity, Index, Schema, Trigger, View

Texts = Mapping[Identity, str]
_NONE: Texts = {}


def dependents(schema: Schema) -> list[Dependent]:
    """Triggers, views and indexes, dependents first: the order in which they can be dropped."""
    views = {view.identity: view for view in schema.of_type(View)}
    try:
        order = ordered(tuple(views), schema.dependencies)
    except CycleError:
        # Names are all we have: a column called like a view may look like a cycle.
        order = tuple(views)
    return [
        *schema.of_type(Trigger),
        *(views[identity] for identity in reversed(order)),
        *schema.of_type(Index),
    ]


def home(each: Dependent) -> str:
    """The table of an index or a trigger, in lower case."""
    return "" if isinstance(each, View) else each.table.lower()


def changed(old: Schema, each: Dependent) -> bool:
    """Whether `each`, of the new schema, is not what `old` has.

    A view with the same text whose columns differ reads tables that differ; it follows them.
    """
    was = old.get(each.identity)
    if isinstance(was, View) and isinstance(each, View):
        follows = was.source == each.source
        return was.definition != each.definition or (was.columns != each.columns and not follows)
    return was != each


def in_the_way(
    old: Catalogue,
    new: Catalogue,
    replaced: AbstractSet[str],
    lost_columns: AbstractSet[str],
    broken: Collection[Identity] = (),
) -> set[Identity]:
    """What of `old` has to go first: gone, changed, or reading what is about to be replaced.

    RENAME and DROP COLUMN refuse to run while a view or trigger reads what is missing, as those
    that are `broken` do from the start.
    """
    gone = replaced - new.tables.keys()
    stays = {each.identity: each for each in dependents(new.schema)}
    # An index goes with its table, unless something else takes its name meanwhile.
    taken = {identity.name.lower() for identity in stays} | new.tables.keys()
    names, found = set(replaced), set[Identity]()
    pending = dependents(old.schema)
    size = -1
    while size != len(found):
        size = len(found)
        for each in pending:
            if each.identity in found:
                continue
            after = stays.get(each.identity)
            goes = after is None or changed(old.schema, after)
            if isinstance(each, Index):
                goes = goes and not (home(each) in gone and each.name.lower() not in taken)
            else:
                words = old.words[each]
                goes = goes or not names.isdisjoint(words) or not lost_columns.isdisjoint(words)
                goes = goes or each.identity in broken
            if goes:
                found.add(each.identity)
                if isinstance(each, View):
                    names.add(each.name.lower())
    return found


def drop(each: Dependent, serves: Texts = _NONE, broken: Texts = _NONE) -> PlannedStatement:
    """`serves` names the change it is a step of, `broken` says why SQLite can't read it."""
    kind = each.identity.kind
    why = broken.get(each.identity)
    return PlannedStatement(
        f"DROP {kind.upper()} {quote(each.name)}",
        f"Drop {kind} {each.name}",
        each.identity,
        undo=_definition(each),
        hazards=(f"{kind.capitalize()} {each.name} is broken already: {why}.",) if why else (),
        serves=serves.get(each.identity, ""),
    )


def create(each: Dependent, serves: Texts = _NONE, hazards: Iterable[str] = ()) -> PlannedStatement:
    kind = each.identity.kind
    return PlannedStatement(
        _definition(each),
        f"Create {kind} {each.name}",
        each.identity,
        undo=f"DROP {kind.upper()} {quote(each.name)}",
        hazards=tuple(hazards),
        serves=serves.get(each.identity, ""),
    )


def _definition(each: Dependent) -> str:
    return each.definition if isinstance(each, Index) else each.source
