"""Logical replication: what a database publishes and what it subscribes to."""

from __future__ import annotations

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity


@frozen
class Publication:
    """`schemas` are those whose tables it publishes, `parameters` `name=value`.

    Tables that it names one by one are objects of their own.
    """

    name: str
    all_tables: bool = False
    schemas: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("publication", "", self.name)


@frozen
class PublishedTable:
    """A table in a publication: some of its columns, or () for all; rows that fit `where`."""

    schema: str
    name: str
    publication: str
    columns: tuple[str, ...] = ()
    where: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("published table", self.schema, self.name, self.publication)


@frozen
class Subscription:
    """Where it connects to is a secret, and whether it runs is no schema: neither is read.

    `slot` is None where it has no replication slot. `two_phase` is settled when it is made.
    """

    name: str
    publications: tuple[str, ...]
    slot: str | None
    parameters: tuple[str, ...] = ()
    two_phase: bool = False
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("subscription", "", self.name)
