"""Read a whole database: every kind once, their dependencies, and what is not managed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

from ci_runner.dialects.base import Connection
from ci_runner.dialects.collection import uncollected
from ci_runner.dialects.postgres.kind import Address
from ci_runner.dialects.postgres.kinds import ALWAYS, KINDS
from ci_runner.dialects.postgres.read import depend, unmanaged
from ci_runner.dialects.postgres.read.asking import OUTSET, Asking, ask, outset, replaced, whether
from ci_runner.dialects.postgres.read.rows import integer
from ci_runner.dialects.postgres.read.twin import ahead, sessions
from ci_runner.dialects.postgres.watch.look import Parts, Told, read, read_on
from ci_runner.dialects.postgres.watch.ours import every_name_qualified
from ci_runner.dialects.postgres.watch.places import (
    Index,
    addresses,
    copies,
    homes,
    needs,
)
from ci_runner.dialects.postgres.watch.pulse import CATALOGUES, catalogues
from ci_runner.errors import SqlError
from ci_runner.frozen import frozen
from ci_runner.schema.model import Copy, Identity, Schema
from ci_runner.schema.shared import Deferred, Edge, Edges, Shared

# Each is kept as a value of some 10 KB, and read in some 0.3 ms.
MOST_RELATIONS = 100_000
_RELATIONS = "SELECT count(*) FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relkind <> 't'"


def inspect(connection: Connection) -> Schema:
    """The schema alone. Raises SqlError where it is larger than memory should hold."""
    with uncollected(), every_name_qualified(connection):
        relations = refuse_too_many(connection)
        with sessions(connection, relations) as several:
            return everything(several).schema


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


@frozen
class Everything:
    """Everything that there is, and what was told besides."""

    schema: Schema
    parts: Parts
    names: dict[Address, Identity]
    edges: Mapping[Identity, frozenset[Edge]]
    copies: dict[Identity, Copy]
    told: Told


def everything(
    sessions: Sequence[Connection], tables: Mapping[int, str] | None = None
) -> Everything:
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
    return Everything(schema, parts, names, edges, copied, told)


def index(every: Everything) -> Index:
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
