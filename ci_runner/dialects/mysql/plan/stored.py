"""Sequences, views and stored programs: dropped before tables change, made behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.mysql.kinds.sequences import sequence_sql
from ci_runner.dialects.mysql.quote import quote
from ci_runner.schema.graph import CycleError, ordered
from ci_runner.schema.model import (
    Identity,
    Schema,
    SchemaObject,
    Sequence,
    Table,
    Trigger,
    View,
)
from ci_runner.schema.routines import Event, Function, Procedure

Stored = View | Trigger | Function | Procedure | Event
_DEFINER = re.compile(r"DEFINER = `(?:[^`]|``)*`@`(?:[^`]|``)*` ")
_RESET = "SET sql_mode = DEFAULT"


def with_own_definers(old: Schema, new: Schema) -> tuple[Schema, Schema]:
    """Both sides with the old side's definers: whom an object belongs to is left as it is."""
    kept = {each.identity: each for each in _stored(old)}
    objects: list[SchemaObject] = []
    for each in new.objects:
        before = kept.get(each.identity)
        if isinstance(each, View | Trigger | Function | Procedure | Event):
            before_text = before.definition if before is not None else each.definition
            objects.append(replace(each, definition=_as_defined(each.definition, before_text)))
        else:
            objects.append(each)
    return old, replace(new, objects=tuple(objects))


def _as_defined(definition: str, by: str) -> str:
    """`definition` with the definer of `by`."""
    head, separator, body = (
        definition.partition("\n") if definition.startswith("SET ") else ("", "", definition)
    )
    bare = _DEFINER.sub("", body, count=1)
    found = _DEFINER.search(by)
    if found is None:
        return f"{head}{separator}{bare}"
    verb = re.match(r"(?:CREATE )?(?:ALGORITHM = \w+ )?", bare)
    at = verb.end() if verb else 0
    return f"{head}{separator}{bare[:at]}{found[0]}{bare[at:]}"


def _stored(schema: Schema) -> Iterator[Stored]:
    for each in schema.objects:
        if isinstance(each, View | Trigger | Function | Procedure | Event):
            yield each


def dropped(old: Schema, new: Schema) -> Iterator[PlannedStatement]:
    """What is gone or changed: triggers, views that read others first, events, routines."""
    again = _again(old, new)
    theirs = {each.identity: each for each in _stored(new)}
    lost_tables = {each.name for each in old.of_type(Table)}
    lost_tables -= {each.name for each in new.of_type(Table)}
    going = [
        each
        for each in _stored(old)
        if each.identity in again
        or theirs.get(each.identity) is None
        or (_text(theirs[each.identity]) != _text(each) and not isinstance(each, View))
    ]
    views = _by_need(old, [each for each in going if isinstance(each, View)])
    triggers = [each for each in going if isinstance(each, Trigger)]
    rest = [each for each in going if not isinstance(each, View | Trigger)]
    # Back again, each trigger finds the one that it fires behind.
    last_first = reversed(_fired(old, triggers))
    for each in (*last_first, *reversed(views), *sorted(rest, key=_rank)):
        if isinstance(each, Trigger) and each.table in lost_tables:
            continue
        yield PlannedStatement(
            f"DROP {_word(each)} {quote(each.name)}",
            f"Drop {_word(each).lower()} {each.name}",
            each.identity,
            undo=_joined(_placed(each, old, triggers) if isinstance(each, Trigger) else each),
            serves=f"Change {_word(each).lower()} {each.name}" if each.identity in theirs else "",
        )


def made(old: Schema, new: Schema) -> Iterator[PlannedStatement]:
    """What is new or changed: routines, views in the order of their needs, triggers, events."""
    again = _again(old, new)
    mine = {each.identity: each for each in _stored(old)}
    coming = [
        each
        for each in _stored(new)
        if each.identity in again
        or mine.get(each.identity) is None
        or _text(mine[each.identity]) != _text(each)
    ]
    views = _by_need(new, [each for each in coming if isinstance(each, View)])
    routines = [each for each in coming if isinstance(each, Function | Procedure)]
    triggers = [each for each in coming if isinstance(each, Trigger)]
    events = [each for each in coming if isinstance(each, Event)]
    for each in (*routines, *views, *_fired(new, triggers), *events):
        before = mine.get(each.identity)
        replaced = isinstance(each, View) and before is not None and before.identity not in again
        placed = _placed(each, new, triggers) if isinstance(each, Trigger) else each
        yield from _create(placed, before if replaced else None)


def _create(each: Stored, before: Stored | None) -> Iterator[PlannedStatement]:
    word = _word(each).lower()
    verb = "Replace" if before is not None else "Create"
    mode, _, create = _split(each.definition)
    for sql, said in ((mode, "Set the sql_mode of"), (create, verb), (_RESET, "Reset sql_mode")):
        if not mode and sql != create:
            continue
        undo = "" if sql != create else f"DROP {_word(each)} {quote(each.name)}"
        if before is not None and sql == create:
            undo = _joined(before)
        text = f"CREATE OR REPLACE {sql}" if before is not None else sql
        if isinstance(each, View) and before is None:
            text = f"CREATE {sql}"
        yield PlannedStatement(
            text if sql == create else sql,
            f"{said} {word} {each.name}" if sql != _RESET else f"{said} behind {word} {each.name}",
            each.identity,
            undo=undo,
            serves="" if sql == create else f"{verb} {word} {each.name}",
        )


def _split(definition: str) -> tuple[str, str, str]:
    """The statement that sets sql_mode, if any, and the one that creates."""
    if definition.startswith("SET sql_mode"):
        return definition.partition("\n")
    return "", "", definition


def _joined(each: Stored) -> str:
    """All statements that make it again."""
    mode, _, create = _split(each.definition)
    if isinstance(each, View):
        create = f"CREATE OR REPLACE {create}"
    return f"{mode};\n{create};\n{_RESET}" if mode else create


def _text(each: Stored) -> str:
    return each.definition


def _word(each: Stored) -> str:
    return each.identity.kind.upper()


def _rank(each: Stored) -> tuple[int, Identity]:
    kinds = ("event", "function", "procedure")
    return kinds.index(each.identity.kind), each.identity


def _by_need(schema: Schema, views: list[View]) -> list[View]:
    found = {each.identity: each for each in views}
    with suppress(CycleError):  # a name that a view only seems to read
        return [found[name] for name in ordered(tuple(found), schema.dependencies)]
    return views


def _chains(schema: Schema) -> dict[Identity, Identity]:
    """By trigger, the one that fires right before it."""
    return {
        trigger: needed
        for trigger, needed in schema.dependencies
        if trigger.kind == "trigger" and needed.kind == "trigger"
    }


def _again(old: Schema, new: Schema) -> set[Identity]:
    """What is dropped and made although it stays, or could be replaced."""
    return _moved_triggers(old, new) | _on_lost_ones(old, new)


def _on_lost_ones(old: Schema, new: Schema) -> set[Identity]:
    """Changed views that read a view or call a function that goes, if only to be made again:
    replaced, they could not come back before it does.
    """
    lost = {each.identity for each in old.of_type(View) if new.get(each.identity) is None}
    lost |= {each.identity for each in old.of_type(Function) if new.get(each.identity) != each}
    found: set[Identity] = set()
    size = -1
    while size != len(found):
        size = len(found)
        found |= {reader for reader, needed in old.dependencies if needed in lost | found}
    return {
        each.identity
        for each in old.of_type(View)
        if each.identity in found and new.get(each.identity) not in {None, each}
    }


def _moved_triggers(old: Schema, new: Schema) -> set[Identity]:
    """Triggers that are only made again because others now fire before them, in another order."""
    mine, theirs = _order(old), _order(new)
    before = {each.identity: each for each in old.of_type(Trigger)}
    after = {each.identity: each for each in new.of_type(Trigger)}
    found: set[Identity] = set()
    for slot, fired in theirs.items():
        kept = [
            name
            for name in fired
            if name in before and before[name].definition == after[name].definition
        ]
        was = [name for name in mine.get(slot, ()) if name in kept]
        wrong = next(
            (at for at, pair in enumerate(zip(was, kept, strict=False)) if pair[0] != pair[1]),
            len(kept),
        )
        found.update(kept[wrong:])
    return found


def _order(schema: Schema) -> dict[tuple[str, str], list[Identity]]:
    """Triggers as they fire, by table and moment."""
    from ci_runner.dialects.mysql.read.inspect import moment

    chains = _chains(schema)
    behind = {needed: trigger for trigger, needed in chains.items()}
    found: dict[tuple[str, str], list[Identity]] = {}
    for each in schema.of_type(Trigger):
        if each.identity in chains:
            continue
        slot = found.setdefault((each.table, moment(each)), [])
        name: Identity | None = each.identity
        while name is not None:
            slot.append(name)
            name = behind.get(name)
    return found


def _fired(new: Schema, coming: list[Trigger]) -> list[Trigger]:
    """In the order in which they fire: each names the one before it."""
    found = {each.identity: each for each in coming}
    return [found[name] for slot in _order(new).values() for name in slot if name in found]


def _placed(each: Trigger, schema: Schema, coming: list[Trigger]) -> Trigger:
    """With the trigger that is there already, before or behind which it fires in `schema`."""
    slot = next(names for names in _order(schema).values() if each.identity in names)
    at = slot.index(each.identity)
    absent = {trigger.identity for trigger in coming}
    words = f"FOLLOWS {quote(slot[at - 1].name)} " if at else ""
    if not at and (there := next((name for name in slot if name not in absent), None)):
        words = f"PRECEDES {quote(there.name)} "
    placed = each.definition.replace(" FOR EACH ROW ", f" FOR EACH ROW {words}", 1)
    return replace(each, definition=placed)


def sequences_made(old: Schema, new: Schema, *, for_tables: bool) -> Iterator[PlannedStatement]:
    """`for_tables` are those that come in the place of a table, which has to be gone."""
    mine = {each.name: each for each in old.of_type(Sequence)}
    tables = {each.name for each in old.of_type(Table)}
    for each in new.of_type(Sequence):
        if (each.name in tables) != for_tables:
            continue
        before = mine.get(each.name)
        if before == each:
            continue
        if before is None:
            yield PlannedStatement(
                sequence_sql("CREATE", each),
                f"Create sequence {each.name}",
                each.identity,
                undo=f"DROP SEQUENCE {quote(each.name)}",
            )
            continue
        sql, hazards = _altered(before, each)
        yield PlannedStatement(
            sql,
            f"Alter sequence {each.name}",
            each.identity,
            undo=_altered(each, before)[0],
            hazards=hazards,
        )


def _altered(before: Sequence, after: Sequence) -> tuple[str, tuple[str, ...]]:
    """ALTER SEQUENCE, which fails where what comes next is out of the new range."""
    sql = sequence_sql("ALTER", after)
    if after.minimum <= before.start <= after.maximum:
        return sql, (f"Fails when the next value of {after.name} is out of its new range.",)
    return f"{sql} RESTART", (f"{after.name} counts from {after.start} again.",)


def sequences_gone(old: Schema, new: Schema, *, for_tables: bool) -> Iterator[PlannedStatement]:
    """`for_tables` are those in whose place a table comes."""
    theirs = {each.name for each in new.of_type(Sequence)}
    tables = {each.name for each in new.of_type(Table)}
    for each in old.of_type(Sequence):
        if each.name not in theirs and (each.name in tables) == for_tables:
            yield PlannedStatement(
                f"DROP SEQUENCE {quote(each.name)}",
                f"Drop sequence {each.name}",
                each.identity,
                undo=sequence_sql("CREATE", each),
            )
