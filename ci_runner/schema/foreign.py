"""Data that lives on other servers: wrappers, servers and who one is there."""

from __future__ import annotations

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity

# Stands for the value of an option that is a secret, which is never read: two are always equal.
SECRET = "<fill in the secret>"  # noqa: S105 - it is the absence of one

# (name, value) in the order of names.
Options = tuple[tuple[str, str], ...]


@frozen
class ForeignDataWrapper:
    """`handler` and `validator` are functions as the server names them, "" for none."""

    name: str
    handler: str = ""
    validator: str = ""
    options: Options = ()
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("foreign data wrapper", "", self.name)


@frozen
class ForeignServer:
    name: str
    wrapper: str
    type: str = ""
    version: str | None = None
    options: Options = ()
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("foreign server", "", self.name)


@frozen
class UserMapping:
    """Who `user` is on a foreign server; `user` is "" for PUBLIC."""

    user: str
    server: str
    options: Options = ()

    @property
    def identity(self) -> Identity:
        return Identity("user mapping", "", self.user or "PUBLIC", self.server)
