"""Look at a database and see what a look from nothing would see, reading only what changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace

from ci_runner.dialects.base import Connection, Lock, Sighting, StatementFailed
from ci_runner.dialects.collection import uncollected
from ci_runner.dialects.postgres.kind import Address
from ci_runner.dialects.postgres.read.inspect import everything, index, refuse_too_many
from ci_runner.dialects.postgres.read.rows import integer
from ci_runner.dialects.postgres.read.twin import sessions
from ci_runner.dialects.postgres.watch import marks, mine, renew
from ci_runner.dialects.postgres.watch.look import Known, Look
from ci_runner.dialects.postgres.watch.mine import Mine
from ci_runner.dialects.postgres.watch.ours import every_name_qualified
from ci_runner.dialects.postgres.watch.places import handles, storage
from ci_runner.dialects.postgres.watch.prepared import THERE, keeps, planned, there
from ci_runner.dialects.postgres.watch.pulse import Pulse, catalogues, new_token, pulse, question
from ci_runner.dialects.postgres.watch.watch import spelled
from ci_runner.schema.model import Identity
from ci_runner.schema.shared import Shared

# Counts of the transaction and, outside of one, what the session has not yet handed on.
_SCANS = """
SELECT c.oid, pg_catalog.pg_stat_get_xact_numscans(c.oid)::int FROM pg_catalog.pg_class c
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm')
  AND pg_catalog.pg_stat_get_xact_numscans(c.oid) > 0
"""
# What runs code of a migration's at the end of its transaction.
_DEFERRED = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgdeferrable AND NOT t.tgisinternal)
"""
# What has written more rows to the catalogue is looked at as a whole.
_MOST_WRITTEN = 2_000


def sight(connection: Connection, since: Sighting | None = None) -> Look:
    """The schema with oids, file nodes and the locks that this session holds.

    Locks are read before our own catalogue queries could add to them; those on the catalogue
    itself are left out. What is known to be untouched is taken from the look `since`.
    """
    earlier = since if isinstance(since, Look) else None
    with ExitStack() as stack:
        now, tables = _felt(stack, connection, earlier)
        if earlier is not None and now.follows(earlier.known.pulse):
            return _later(earlier, _within(connection, earlier, now))
        read_through = connection.query(_SCANS)
        if earlier is not None and now.idle(earlier.known.pulse):
            return _at_outset(_unchanged(earlier, now), read_through)
        return _at_outset(_anew(connection, earlier, now, tables), read_through)


def committed(connection: Connection, since: Sighting) -> Look:
    """The look behind a COMMIT that is all that ran since the look `since`.

    It changes nothing, unless triggers of a migration's had waited for it.
    """
    if not isinstance(since, Look):
        return sight(connection, since)
    with ExitStack() as stack:
        now, _ = _felt(stack, connection, since)
        ((deferred,),) = connection.query(_DEFERRED)
        if not deferred and now.printing == since.known.pulse.printing:
            return _at_outset(_unchanged(since, now), connection.query(_SCANS))
    return sight(connection, since)


def _unchanged(since: Look, now: Pulse) -> Look:
    """`since` in a transaction that has written nothing yet, or in none."""
    return replace(since, known=replace(since.known, pulse=now, mine=Mine()))


def _later(since: Look, look: Look) -> Look:
    """`look` with the locks and scans of the transaction that both are made in."""
    before, now, names = since.known.pulse, look.known.pulse, look.index.names
    # What it dropped or renamed had another name when it was locked.
    came = locked(now.locks - before.locks, since.index.names, names)
    scans = dict(scanned(now.scans - before.scans, names))
    return replace(look, locks=since.locks.union(came), scans={**since.scans, **scans})


def _at_outset(look: Look, read_through: Iterable[tuple[object, ...]]) -> Look:
    """`look` with all that the session has locked and scanned by now."""
    names = look.index.names
    scans = scanned(((integer(oid), integer(times)) for oid, times in read_through), names)
    locks = frozenset(locked(look.known.pulse.locks, names))
    return replace(look, locks=locks, scans=dict(scans))


def _felt(
    stack: ExitStack, connection: Connection, earlier: Look | None
) -> tuple[Pulse, Mapping[int, str]]:
    """The pulse, and the catalogue's tables; our settings hold until `stack` ends."""
    token = new_token()
    if earlier is None:
        [rows] = stack.enter_context(every_name_qualified(connection, THERE))
        tables = catalogues(connection)
        [row] = connection.query(question(tables, token).alone)
        return pulse(row, tables, token, there(rows)), tables
    tables = earlier.known.tables
    asked = question(tables, token)
    if connection.in_transaction and keeps(asked, earlier.known.pulse.prepared):
        # Whether the plan is still there is known only afterwards, and what it told counts if so.
        with suppress(StatementFailed):
            rows, [row] = stack.enter_context(
                every_name_qualified(connection, THERE, asked.execute, doubtful=True)
            )
            if keeps(asked, kept := there(rows)):
                return pulse(row, tables, token, kept), tables
            stack.close()
    rows, [row] = stack.enter_context(every_name_qualified(connection, THERE, asked.alone))
    kept = there(rows)
    if connection.in_transaction:
        kept = planned(connection, asked, kept)
    return pulse(row, tables, token, kept), tables


def _within(connection: Connection, since: Look, now: Pulse) -> Look:
    """A look in the same transaction, which knows what was written to the catalogue meanwhile."""
    written = now.written(since.known.pulse)
    if not written:
        return replace(since, known=replace(since.known, pulse=now))
    loses = any(deleted for name, (_, deleted) in written.items() if name in mine.LOSING)
    if not loses and sum(rows for rows, _ in written.values()) < _MOST_WRITTEN:
        look = renew.within(connection, since, now, written)
        if look is not None:
            return look
    return _anew(connection, since, now, since.known.tables)


def _anew(
    connection: Connection, since: Look | None, now: Pulse, tables: Mapping[int, str]
) -> Look:
    """A look at what all marks of the database show to be touched, or at everything."""
    relations = refuse_too_many(connection)
    seen = marks.read(connection)
    written = now.counts.keys() if connection.in_transaction else ()
    own = mine.read(connection.query(mine.question(written, -1).alone))
    if since is not None and since.known.pulse.printing == now.printing:
        look = renew.anew(connection, since, marks.touched(since.known.marks, seen))
        if look is not None:
            return replace(look, known=replace(look.known, pulse=now, marks=seen, mine=own))
    with uncollected(), sessions(connection, relations) as several:
        every = everything(several, tables)
    found = tuple(every.parts.all())
    return Look(
        schema=every.schema,
        handles=Shared(dict(handles(found))),
        storage=Shared(dict(storage(found))),
        parts=every.parts,
        index=index(every),
        told=every.told,
        known=Known(now, seen, own, tables),
    )


def locked(told: Iterable[str], *names: Mapping[Address, Identity]) -> Iterator[Lock]:
    """Under the first of its `names` that a relation has."""
    for each in told:
        oid, mode = each.split(" ")
        address = ("pg_class", int(oid), 0)
        name = next((found for known in names if (found := known.get(address))), None)
        if name is not None:
            yield Lock(name, spelled(mode))


def scanned(
    counted: Iterable[tuple[int, int]], names: Mapping[Address, Identity]
) -> Iterator[tuple[Identity, int]]:
    for oid, times in counted:
        name = names.get(("pg_class", oid, 0))
        # An index is counted too, and is hardly ever read from end to end.
        if name is not None and name.kind in {"table", "materialized view"}:
            yield name, times
