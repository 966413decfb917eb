"""Event triggers: they fire on commands, so that they come last and go first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.firing import FIRING, switched
from ci_runner.dialects.postgres.kind import (
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on,
    made_again,
    not_extension_member,
)
from ci_runner.dialects.postgres.quote import literal, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text, texts
from ci_runner.schema.model import Firing
from ci_runner.schema.routines import EventTrigger

_QUERY = f"""
SELECT v.oid, v.evtname, v.evtevent, pg_catalog.format('%I.%I', n.nspname, p.proname), v.evttags,
       v.evtenabled::text, pg_catalog.obj_description(v.oid, 'pg_event_trigger')
FROM pg_catalog.pg_event_trigger v
JOIN pg_catalog.pg_proc p ON p.oid = v.evtfoid
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE {not_extension_member("pg_event_trigger", "v.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, name, event, function, tags, enabled, comment in connection.query(_QUERY):
        yield Found(
            EventTrigger(
                name=text(name),
                event=text(event),
                function=text(function),
                tags=tuple(sorted(texts(tags))),
                enabled=FIRING[text(enabled)],
                comment=optional(comment),
            ),
            (("pg_event_trigger", integer(oid), 0),),
        )


def _comment(old: str | None, new: EventTrigger) -> Statements:
    return comment_on(f"EVENT TRIGGER {quote(new.name)}", new.identity, old, new.comment)


def _fires(old: Firing, new: EventTrigger) -> Statements:
    at = f"ALTER EVENT TRIGGER {quote(new.name)}"
    return switched(old, new.enabled, new.identity, str(new.identity), (at, ""))


def _create(new: EventTrigger) -> Statements:
    tags = ", ".join(literal(tag) for tag in new.tags)
    when = f"\n  WHEN TAG IN ({tags})" if tags else ""
    return (
        PlannedStatement(
            f"CREATE EVENT TRIGGER {quote(new.name)} ON {new.event}{when}\n"
            f"  EXECUTE FUNCTION {new.function}()",
            f"Create {new.identity}",
            new.identity,
            undo=f"DROP EVENT TRIGGER {quote(new.name)}",
        ),
        *_fires("origin", new),
        *_comment(None, new),
    )


def _drop(old: EventTrigger) -> Statements:
    return (
        PlannedStatement(
            f"DROP EVENT TRIGGER {quote(old.name)}",
            f"Drop {old.identity}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _alter(old: EventTrigger, new: EventTrigger, _: World) -> Statements | None:
    """What it does and when cannot change: postgresql.org, sql-altereventtrigger."""
    if replace(old, enabled=new.enabled, comment=new.comment) != new:
        return None
    return (*_fires(old.enabled, new), *_comment(old.comment, new))


KIND = Kind(
    EventTrigger,
    _read,
    _create,
    _drop,
    _alter,
    in_the_way=lambda *_: True,
    present=any_of("pg_event_trigger"),
)
