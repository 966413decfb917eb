"""Read a whole database: every kind once, their dependencies, and what is not managed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from itertools import chain

from ci_runner.dialects.base import Connection, Lock, Sighting, StatementFailed
from ci_runner.dialects.collection import uncollected
from ci_runner.dialects.postgres.kind import Address
from ci_runner.dialects.postgres.kinds import ALWAYS, KINDS
from ci_runner.dialects.postgres.read import depend, unmanaged
from ci_runner.dialects.postgres.read.asking import OUTSET, Asking, ask, outset, replaced, whether
from ci_runner.dialects.postgres.read.rows import integer
from ci_runner.dialects.postgres.read.twin import ahead, sessions
from ci_runner.dialects.postgres.watch import marks, mine, renew
from ci_runner.dialects.postgres.watch.look import Known, Look, Parts, Told, read, read_on
from ci_runner.dialects.postgres.watch.ours import every_name_qualified
from ci_runner.dialects.postgres.watch.places import (
    Index,
    addresses,
    copies,
    handles,
    homes,
    needs,
    storage,
)
from ci_runner.dialects.postgres.watch.prepared import THERE, keeps, plan, there
from ci_runner.dialects.postgres.watch.pulse import (
    CATALOGUES,
    Pulse,
    catalogues,
    new_token,
    pulse,
    question,
)
from ci_runner.dialects.postgres.watch.watch import spelled
from ci_runner.errors import SqlError
from ci_runner.frozen import frozen
from ci_runner.schema.model import Copy, Identity, Schema
from ci_runner.schema.shared import Deferred, Edge, Edges, Shared

# Counts of the transaction and, outside of one, what the session has not yet handed on.
_SCANS = """
SELECT c.oid, pg_catalog.pg_stat_get_xact_numscans(c.oid)::int FROM pg_catalog.pg_class c
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'm')
  AND pg_catalog.pg_stat_get_xact_numscans(c.oid) > 0
"""


# Each is kept as a value of some 10 KB, and read in some 0.3 ms.
MOST_RELATIONS = 100_000
_RELATIONS = "SELECT count(*) FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relkind <> 't'"
# What has written more rows to the catalogue is looked at as a whole.
_MOST_WRITTEN = 2_000


def inspect(connection: Connection) -> Schema:
    """The schema alone. Raises SqlError where it is larger than memory should hold."""
    with uncollected(), every_name_qualified(connection):
        relations = refuse_too_many(connection)
        with sessions(connection, relations) as several:
            return _all(several).schema


def refuse_too_many(connection: Connection, most: int = MOST_RELATIONS) -> int:
    """How many relations there are. Raises SqlError where there are more than `most`."""
    ((count,),) = connection.query(_RELATIONS)
    if integer(count) > most:
        raise SqlError(
            f"the dev database has {count} tables, indexes, views and sequences",
            said=f"more than {most} are not compared: they would not fit into memory",
            next_step="split the schema over several projects",
        )
    return integer(count)


def sight(connection: Connection, since: Sighting | None = None) -> Sighting:
    """The schema with oids, file nodes and the locks that this session holds.

    Locks are read before our own catalogue queries could add to them; those on the catalogue
    itself are left out. What is known to be untouched is taken from the look `since`.
    """
    earlier = since if isinstance(since, Look) else None
    with ExitStack() as stack:
        now, tables = _felt(stack, connection, earlier)
        if earlier is not None and now.follows(earlier.known.pulse):
            look = _within(connection, earlier, now)
            # What it dropped or renamed had another name when it was locked.
            came = now.locks - earlier.known.pulse.locks
            locks = earlier.locks.union(_locks(came, earlier.index.names, look.index.names))
            more = _scans(now.scans - earlier.known.pulse.scans, look.index.names)
            scans = {**earlier.scans, **dict(more)}
        else:
            read_through = [(integer(oid), integer(n)) for oid, n in connection.query(_SCANS)]
            look = _anew(connection, earlier, now, tables)
            locks = frozenset(_locks(now.locks, look.index.names))
            scans = dict(_scans(read_through, look.index.names))
    return replace(look, locks=locks, scans=scans)


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
        plan(connection, asked, kept)
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
        every = _all(several, tables)
    found = tuple(every.parts.all())
    return Look(
        schema=every.schema,
        handles=Shared(dict(handles(found))),
        storage=Shared(dict(storage(found))),
        parts=every.parts,
        index=_index(every),
        told=every.told,
        known=Known(now, seen, own, tables),
    )


@frozen
class _All:
    """Everything that there is, and what was told besides."""

    schema: Schema
    parts: Parts
    names: dict[Address, Identity]
    edges: Mapping[Identity, frozenset[Edge]]
    copies: dict[Identity, Copy]
    told: Told


def _all(sessions: Sequence[Connection], tables: Mapping[int, str] | None = None) -> _All:
    """Everything; the catalogue's own `tables` by oid are asked for where they are not known."""
    first = sessions[0]
    with ahead(sessions) as heard:
        asking = Asking(first, heard)
        heard.put({each: each for kind in ALWAYS for each in kind.asks})
        heard.put({OUTSET: OUTSET}, prints=True)
        kinds, narrowed = outset(asking)
        for kind in kinds:
            heard.put({each: replaced(each, narrowed) for each in kind.prints}, prints=True)
            heard.put({each: replaced(each, narrowed) for each in kind.asks})
        heard.put({each: each for each in (depend.ALL, CATALOGUES, _ASIDE)})
        reading = read(first, kinds, heard=heard, narrowed=narrowed)
        names = reading.names
        on = read_on(first, names, heard)
        aside = _aside(asking)
        rows = depend.all_rows(asking)
        tables = tables or catalogues(asking)
    names |= dict(addresses(on.found))
    parts = Parts(Shared(reading.by_table), reading.whole, on)
    found = tuple(parts.all())
    copied = dict(copies(found))
    # Most readers never ask who needs whom: without a difference there is no order to find.
    edges = Deferred(lambda: depend.edges(rows, names, tables, found, copied) | needs(on.found))
    schema = Schema.of(
        "postgres",
        (each.object for each in found if each.copy_of is None),
        (),
        chain(*aside.values(), on.unnamed),
        copied.values(),
    )
    absent = frozenset(kind.type for kind in KINDS) - {kind.type for kind in kinds}
    schema = replace(schema, dependencies=Edges(edges))
    told = Told(absent, aside, reading.asked)
    return _All(schema, parts, names, edges, copied, told)


def _index(every: _All) -> Index:
    needed: dict[Identity, set[Identity]] = defaultdict(set)
    for dependent, several in every.edges.items():
        for _, each in several:
            needed[each].add(dependent)
    return Index(
        Shared(every.names),
        Shared(dict(homes(every.parts.all()))),
        Shared(every.edges),
        Shared({each: frozenset(several) for each, several in needed.items()}),
        Shared(every.copies),
    )


_ASIDE = whether(unmanaged.every().values())


def _aside(connection: Connection) -> unmanaged.Aside:
    conditions = unmanaged.every()
    answers = ask(connection, tuple(conditions.values()))
    return unmanaged.unmanaged(connection, dict(zip(conditions, answers, strict=True)), {})


def _locks(told: Iterable[str], *names: Mapping[Address, Identity]) -> Iterator[Lock]:
    """Under the first of its `names` that a relation has."""
    for each in told:
        oid, mode = each.split(" ")
        address = ("pg_class", int(oid), 0)
        name = next((found for known in names if (found := known.get(address))), None)
        if name is not None:
            yield Lock(name, spelled(mode))


def _scans(
    counted: Iterable[tuple[int, int]], names: Mapping[Address, Identity]
) -> Iterator[tuple[Identity, int]]:
    for oid, times in counted:
        name = names.get(("pg_class", oid, 0))
        # An index is counted too, and is hardly ever read from end to end.
        if name is not None and name.kind in {"table", "materialized view"}:
            yield name, times
