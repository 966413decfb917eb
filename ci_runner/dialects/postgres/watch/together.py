"""See with one look what each of several statements did, where they touch different tables.

What the session has locked and read is asked behind each of them; what they wrote to the catalogue
is read once, behind the last. Between them there is a savepoint: what fails takes nothing along.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ci_runner.dialects.base import Connection, Sighting
from ci_runner.dialects.operations import Target
from ci_runner.dialects.postgres.watch.apart import between
from ci_runner.dialects.postgres.watch.look import Look
from ci_runner.dialects.postgres.watch.plain import Plain, plain
from ci_runner.dialects.postgres.watch.prepared import planned
from ci_runner.dialects.postgres.watch.pulse import USE, Use, use
from ci_runner.dialects.postgres.watch.sight import sight
from ci_runner.schema.model import ForeignKey, Namespace, SchemaObject, Table
from ci_runner.schema.operators import Operator, OperatorClass
from ci_runner.schema.routines import EventTrigger
from ci_runner.schema.types import Domain

# Each asks for the locks of all before it.
_MOST = 256
# No savepoint of a migration's has this name.
_SAVEPOINT = f"schema_ci_{secrets.token_hex(8)}"
# Where there are any of these, code of a migration's may run without being named.
_UNNAMED: tuple[type[SchemaObject], ...] = (EventTrigger, Operator, OperatorClass)


def together(connection: Connection, statements: Iterable[str], since: Sighting) -> Together | None:
    """See ci_runner.dialects.base.Dialect."""
    if not isinstance(since, Look) or not since.known.pulse.counting or _any(since, _UNNAMED):
        return None
    changing = tuple(islice(_changing(statements, since), _MOST))
    if len(changing) < 2:
        return None
    return Together(connection, since, changing, since.known.pulse.prepared)


@dataclass
class Together:
    """See ci_runner.dialects.base.Together. `changing` are the names of tables, by statement.

    `kept` are the questions that the session keeps, `used` what it had used behind each statement.
    """

    connection: Connection
    since: Look
    changing: Sequence[frozenset[str]]
    kept: Mapping[str, str]
    used: list[Use] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.changing)

    def between(self) -> None:
        self.kept = planned(self.connection, USE, self.kept)
        ended = (f"RELEASE SAVEPOINT {_SAVEPOINT}",) if self.used else ()
        asked = (*ended, USE.by(self.kept), f"SAVEPOINT {_SAVEPOINT}")
        *_, [row], _ = self.connection.query_all(asked)
        self.used.append(use(row))

    def looks(self, *, failed: bool) -> tuple[Sighting, ...]:
        if self.used:
            back = f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}; " if failed else ""
            self.connection.execute(f"{back}RELEASE SAVEPOINT {_SAVEPOINT}")
        used = self.used[: len(self.used) - failed]
        last = sight(self.connection, self.since)
        return (*between(self.since, last, self.changing, used), last)


def _any(since: Look, kinds: Iterable[type[SchemaObject]]) -> bool:
    kept = (since.parts.whole.get(kind) for kind in kinds)
    return any(each.found for each in kept if each is not None)


def _changing(statements: Iterable[str], since: Look) -> Iterator[frozenset[str]]:
    """The names of the tables that each changes, up to the first that changes one again."""
    taken: set[str] = set()
    made: set[str] = set()
    for each in statements:
        said = plain(each)
        if said is None:
            return
        changing = _names(said, since, made)
        if changing is None or not taken.isdisjoint(changing):
            return
        taken |= changing
        if said.made is not None:
            made.add(said.made.name)
        yield changing


def _names(said: Plain, since: Look, made: set[str]) -> frozenset[str] | None:
    """The names of the tables that are changed; None where that may show elsewhere as well."""
    if said.made is not None:
        return frozenset({said.made.name})
    if said.indexed is not None:
        known = said.indexed.name in made or all(map(_ordinary, _tables(said.indexed, since)))
        return frozenset() if known else None
    tables = list(_tables(said.altered, since)) if said.altered else []
    if not tables or not all(_alone(each, since) for each in tables):
        return None
    domains = since.parts.whole.get(Domain)
    if domains and any(each.object.identity.name in said.types for each in domains.found):
        return None
    return frozenset({tables[0].name})


def _tables(named: Target, since: Look) -> Iterator[Table]:
    """Whatever the search path is: in every schema, unless one is given."""
    namespaces = since.parts.whole.get(Namespace)
    schemas = [each.object.identity.name for each in namespaces.found] if namespaces else []
    for schema in [named.schema] if named.schema else schemas:
        table = since.schema.table(schema, named.name)
        if table is not None:
            yield table


def _ordinary(table: Table) -> bool:
    return not (table.partition_key or table.parents or table.bound or table.server)


def _alone(table: Table, since: Look) -> bool:
    """Whether nobody but a foreign key needs it, or is printed otherwise when it changes."""
    name = table.identity
    found = since.parts.by_table.get(name, ())
    parts = {part for each in found for part, _ in each.parts}
    inside = {name, *parts, *(each.object.identity for each in found)}
    return _ordinary(table) and all(
        since.index.home(dependent) == name or isinstance(since.schema.get(dependent), ForeignKey)
        for each in inside
        for dependent in since.index.needed.get(each, ())
    )
