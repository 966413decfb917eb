"""Where everything that was found is: by the catalogue's address, by what it needs and lives on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ci_runner.dialects.postgres.kind import Address, Found
from ci_runner.frozen import frozen
from ci_runner.schema.model import Copy, Identity, home
from ci_runner.schema.shared import Edge, Shared


@frozen
class Index:
    """Names by the catalogue's address; edges by dependent, and dependents by what they need.

    `homes` has the home of whatever does not name a table as its parent: that of indexes. `copies`
    are what children have because a parent has it.
    """

    names: Shared[Address, Identity]
    homes: Shared[Identity, Identity]
    edges: Shared[Identity, frozenset[Edge]]
    needed: Shared[Identity, frozenset[Identity]]
    copies: Shared[Identity, Copy]

    def home(self, identity: Identity) -> Identity:
        """What `identity` lives on, or itself."""
        place = self.homes.get(identity)
        if place is None and identity.parent:
            return Identity("table", identity.schema, identity.parent)
        return place or identity


def addresses(found: Iterable[Found]) -> Iterator[tuple[Address, Identity]]:
    for each in found:
        for address in each.addresses:
            yield address, each.object.identity
        for identity, address in each.parts:
            yield address, identity


def identities(found: Iterable[Found]) -> Iterator[Identity]:
    for each in found:
        yield each.object.identity
        yield from (identity for identity, _ in each.parts)


def handles(found: Iterable[Found]) -> Iterator[tuple[Identity, str]]:
    """The server's own id of each object: of several addresses, the first."""
    for each in found:
        for identity, address in ((each.object.identity, each.addresses[0]), *each.parts):
            yield identity, ":".join(str(word) for word in address)


def storage(found: Iterable[Found]) -> Iterator[tuple[Identity, str]]:
    return ((each.object.identity, each.storage) for each in found if each.storage)


def homes(found: Iterable[Found]) -> Iterator[tuple[Identity, Identity]]:
    for each in found:
        name, place = each.object.identity, home(each.object)
        if place is not None and place != Identity("table", name.schema, name.parent):
            yield name, place


def copies(found: Iterable[Found]) -> Iterator[tuple[Identity, Copy]]:
    for each in found:
        if each.copy_of is not None:
            yield each.object.identity, Copy(each.object, each.copy_of, each.usual)


def needs(found: Iterable[Found]) -> dict[Identity, frozenset[Edge]]:
    """What lives on others says itself what it needs: it has no row in pg_depend."""
    return {
        name: frozenset((name, needed) for needed in each.needs)
        for each in found
        if each.needs and (name := each.object.identity)
    }
