"""Subscriptions. Where they connect to is a secret; nothing here makes one connect.

That a subscription is made without connecting leaves its slot to be made on the publisher.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import Found, Kind, Statements, World, any_of, comment_on
from ci_runner.dialects.postgres.quote import literal, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text, texts
from ci_runner.schema.replication import Subscription

# Columns that not every version has: where the catalogue lacks one, its name is found one query
# further out. Only superusers may read all columns, so that none is asked for by way of JSON.
_LATER = {
    "subtwophasestate": "'d'",
    "subdisableonerr": "'false'",
    "subpasswordrequired": "'true'",
    "subrunasowner": "'false'",
    "suborigin": "'any'",
    "subfailover": "'false'",
}
_COLUMNS = ", ".join(
    f"(SELECT {name} FROM pg_catalog.pg_subscription x WHERE x.oid = s.oid)::text"
    for name in _LATER
)
_QUERY = f"""
SELECT s.oid, s.subname, s.subpublications, s.subslotname, s.subsynccommit, s.subbinary::text,
       s.substream::text, {_COLUMNS}, pg_catalog.obj_description(s.oid, 'pg_subscription')
FROM pg_catalog.pg_subscription s
JOIN pg_catalog.pg_database d ON d.oid = s.subdbid,
(SELECT {", ".join(f"{value}::text AS {name}" for name, value in _LATER.items())}) before
WHERE d.datname = pg_catalog.current_database()
"""

# A boolean before PostgreSQL 16. Always said, for what one gets without asking differs by version.
_STREAMING = {"false": "off", "true": "on", "f": "off", "t": "on", "p": "parallel"}
_USUAL = {
    "synchronous_commit": "off",
    "binary": "false",
    "streaming": "",
    "disable_on_error": "false",
    "password_required": "true",
    "run_as_owner": "false",
    "origin": "any",
    "failover": "false",
}
_CONNECTION = "host=FILL_IN dbname=FILL_IN user=FILL_IN password=FILL_IN"


def _read(connection: Connection) -> Iterator[Found]:
    for oid, name, publications, slot, commit, binary, stream, *later in connection.query(_QUERY):
        two_phase, on_error, password, as_owner, origin, failover, comment = map(optional, later)
        values = (
            optional(commit),
            optional(binary),
            _STREAMING[text(stream)],
            on_error,
            password,
            as_owner,
            origin,
            failover,
        )
        yield Found(
            Subscription(
                text(name),
                tuple(sorted(texts(publications))),
                optional(slot),
                tuple(
                    f"{word}={value}"
                    for (word, usual), value in zip(_USUAL.items(), values, strict=True)
                    if value != usual
                ),
                two_phase=two_phase != "d",
                comment=comment,
            ),
            (("pg_subscription", integer(oid), 0),),
        )


_FORGOTTEN = "nobody but the server knows where it connected to"


def _slot(slot: str | None) -> str:
    return "NONE" if slot is None else literal(slot)


def _create(new: Subscription) -> Statements:
    name = quote(new.name)
    said = [f"slot_name = {_slot(new.slot)}", *_parameters(new)]
    if new.two_phase:
        said.append("two_phase = true")
    publications = ", ".join(map(quote, new.publications))
    hazards = ["connects to FILL_IN: put in the publisher before you run this", "is not enabled"]
    if new.slot is not None:
        hazards.append(f"make its slot {new.slot} on the publisher, then enable and refresh it")
    return (
        PlannedStatement(
            f"CREATE SUBSCRIPTION {name} CONNECTION {literal(_CONNECTION)}"
            f" PUBLICATION {publications} WITH (connect = false, {', '.join(said)})",
            f"Create subscription {new.name}",
            new.identity,
            undo=";\n".join(_removal(new)),
            hazards=tuple(hazards),
        ),
        *comment_on(f"SUBSCRIPTION {name}", new.identity, None, new.comment),
    )


def _parameters(each: Subscription) -> Iterator[str]:
    for parameter in each.parameters:
        name, value = parameter.split("=", 1)
        yield f"{name} = {literal(value) if name == 'synchronous_commit' else value}"


def _removal(old: Subscription) -> tuple[str, ...]:
    """Without a slot it goes without a word to the publisher, and inside a transaction."""
    at = f"ALTER SUBSCRIPTION {quote(old.name)}"
    alone = () if old.slot is None else (f"{at} DISABLE", f"{at} SET (slot_name = NONE)")
    return (*alone, f"DROP SUBSCRIPTION {quote(old.name)}")


def _drop(old: Subscription) -> Statements:
    left = f"its slot {old.slot} stays on the publisher, which keeps all WAL until it is dropped"
    *first, last = _removal(old)
    removed = PlannedStatement(
        last,
        f"Drop subscription {old.name}",
        old.identity,
        hazards=("where it connects to is lost", *(() if old.slot is None else (left,))),
        undo_hazards=(_FORGOTTEN,),
    )
    return (
        *(
            PlannedStatement(
                sql,
                f"Part subscription {old.name} from its publisher",
                old.identity,
                undo_hazards=(_FORGOTTEN,),
            )
            for sql in first
        ),
        removed,
    )


def _alter(old: Subscription, new: Subscription, _: World) -> Statements | None:
    """Two-phase commit is settled when it is made: so in every version before 18."""
    if old.two_phase != new.two_phase:
        return None
    name = quote(new.name)
    at = f"ALTER SUBSCRIPTION {name}"
    changes: list[tuple[str, str]] = []
    if old.publications != new.publications:
        after, before = (", ".join(map(quote, each.publications)) for each in (new, old))
        changes.append(
            (
                f"{at} SET PUBLICATION {after} WITH (refresh = false)",
                f"{at} SET PUBLICATION {before} WITH (refresh = false)",
            )
        )
    if old.slot != new.slot:
        changed, back = (f"{at} SET (slot_name = {_slot(each.slot)})" for each in (new, old))
        changes.append((changed, back))
    if old.parameters != new.parameters:
        changes.append((f"{at} SET ({_differing(old, new)})", f"{at} SET ({_differing(new, old)})"))
    return (
        *(
            PlannedStatement(
                sql,
                f"Change subscription {new.name}",
                new.identity,
                undo=undo,
                hazards=_hazards(sql),
            )
            for sql, undo in changes
        ),
        *comment_on(f"SUBSCRIPTION {name}", new.identity, old.comment, new.comment),
    )


def _hazards(sql: str) -> tuple[str, ...]:
    if "SET PUBLICATION" in sql:
        return ("takes effect after ALTER SUBSCRIPTION ... REFRESH PUBLICATION",)
    return ("fails while the subscription is enabled",) if "(slot_name" in sql else ()


def _differing(old: Subscription, new: Subscription) -> str:
    """What differs; a parameter that is not said is the usual one."""
    before, after = (dict(each.split("=", 1) for each in one.parameters) for one in (old, new))
    changed = tuple(
        f"{name}={after.get(name, usual)}"
        for name, usual in _USUAL.items()
        if after.get(name, usual) != before.get(name, usual)
    )
    return ", ".join(_parameters(replace(new, parameters=changed)))


KIND = Kind(
    Subscription,
    _read,
    _create,
    _drop,
    _alter,
    present=any_of("pg_subscription"),
)
