"""Types that users make, and casts between them, as frozen values."""

from __future__ import annotations

from dataclasses import field

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity


@frozen
class Domain:
    """`type` is what it is made of, as the server formats it; its checks are objects by themselves.

    `collation` is given where it is not that of the type.
    """

    schema: str
    name: str
    type: str
    not_null: bool = False
    default: str | None = None
    collation: str | None = None
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("domain", self.schema, self.name)


@frozen
class DomainConstraint:
    """A check of a domain. One that `calls` routines of users may need those to come first."""

    schema: str
    domain: str
    name: str
    definition: str
    valid: bool = True
    comment: str | None = None
    calls: bool = field(default=False, compare=False)

    @property
    def identity(self) -> Identity:
        return Identity("domain constraint", self.schema, self.name, self.domain)

    @property
    def on(self) -> Identity:
        return Identity("domain", self.schema, self.domain)


@frozen
class Attribute:
    """One field of a composite type; `collation` is given where it is not that of the type."""

    name: str
    type: str
    collation: str | None = None
    comment: str | None = None


@frozen
class CompositeType:
    """The order of its attributes is part of it: values are written in that order."""

    schema: str
    name: str
    attributes: tuple[Attribute, ...]
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("composite type", self.schema, self.name)


@frozen
class RangeType:
    """`options` are what CREATE TYPE ... AS RANGE says, in its order, as (word, value).

    `multirange` is (schema, name) of the type that comes with it.
    """

    schema: str
    name: str
    subtype: str
    multirange: tuple[str, str]
    options: tuple[tuple[str, str], ...] = ()
    comment: str | None = None
    multirange_comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("range type", self.schema, self.name)


@frozen
class ShellType:
    """The bare name of a base type, which its own functions need before it can be made.

    `comment` is that of one that stays a shell.
    """

    schema: str
    name: str
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("shell type", self.schema, self.name)


@frozen
class BaseType:
    """`options` are what CREATE TYPE says, in its order, as (word, value), usual ones left out."""

    schema: str
    name: str
    options: tuple[tuple[str, str], ...]
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("base type", self.schema, self.name)

    @property
    def shell(self) -> Identity:
        return Identity("shell type", self.schema, self.name)


@frozen
class Cast:
    """`way` is WITH FUNCTION name(arguments), WITHOUT FUNCTION or WITH INOUT; `context` where it
    happens by itself: "", AS ASSIGNMENT or AS IMPLICIT.
    """

    source: str
    target: str
    way: str
    context: str = ""
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("cast", "", f"{self.source} as {self.target}")
