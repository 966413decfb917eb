"""Who may do what: grants, owners and default privileges as frozen values.

A role is written as SQL writes it (`reader`, `"Some one"`), so that three words need no fields of
their own: `PUBLIC`, `OWNER` for whoever owns the object, and `CURRENT_USER` for the role that owns
the database and runs its migrations. The last two have other names on other servers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity

PUBLIC, OWNER, CURRENT_USER = "PUBLIC", "OWNER", "CURRENT_USER"


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One privilege; `column` is "" for the whole object, `grantable` WITH GRANT OPTION."""

    column: str
    privilege: str
    grantable: bool = False


Rights = tuple[Right, ...]


@frozen
class Grant:
    """All that one role may do with one object, columns included.

    It exists where that is not what every new object gives the role, which is `usual`. `what` is
    SQL's word for the object in a GRANT, `signature` its name there where that is not the name of
    `on`: a routine with its arguments, the sequence of an identity column of a table, a member of
    an extension.

    Not compared: `owner` is SQL's name of the role that OWNER stands for; `chained` says that
    somebody granted rights on the object onward; `initial` are the rights that the object of a new
    database gives, and `born` those that it has at first when a plan makes it.
    """

    on: Identity
    what: str
    grantee: str
    rights: Rights
    signature: str = ""
    usual: Rights = field(default=(), compare=False)
    owner: str = field(default=CURRENT_USER, compare=False)
    chained: bool = field(default=False, compare=False)
    initial: Rights = field(default=(), compare=False)
    born: Rights | None = field(default=None, compare=False)

    @property
    def identity(self) -> Identity:
        named_apart = self.what == "SEQUENCE" or self.on.kind == "extension"
        inside = f" {self.what.lower()} {self.signature}" if self.signature and named_apart else ""
        named = f"{self.on.kind} {self.on.parent and f'{self.on.parent}.'}{self.on.name}{inside}"
        return Identity("grant", self.on.schema, f"{named} to {self.grantee}")


@frozen
class Owner:
    """That an object belongs to a role other than CURRENT_USER; `what` as ALTER calls it."""

    on: Identity
    what: str
    role: str
    signature: str = ""

    @property
    def identity(self) -> Identity:
        named = f"{self.on.kind} {self.on.parent and f'{self.on.parent}.'}{self.on.name}"
        return Identity("owner", self.on.schema, named)


@frozen
class DefaultPrivileges:
    """What one role may do with the objects of one type that `role` will make.

    With a `schema` the rights come in addition; without, they stand in place of what the server
    gives by itself, which is `usual` either way. `objects` as ALTER DEFAULT PRIVILEGES calls them.
    """

    role: str
    schema: str
    objects: str
    grantee: str
    rights: Rights
    usual: Rights = field(default=(), compare=False)

    @property
    def on(self) -> Identity | None:
        return Identity("schema", "", self.schema) if self.schema else None

    @property
    def base(self) -> Rights:
        """What it is a change of."""
        return () if self.schema else self.usual

    @property
    def identity(self) -> Identity:
        named = f"of {self.role} on {self.objects.lower()} to {self.grantee}"
        return Identity("default privileges", self.schema, named)
