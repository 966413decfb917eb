"""Row-level security: who sees and writes which rows of a table."""

from __future__ import annotations

from typing import Literal

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity


@frozen
class Policy:
    """`roles` is empty for PUBLIC; `using` and `check` are the server's own text."""

    name: str
    on: Identity
    permissive: bool
    command: Literal["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]
    roles: tuple[str, ...] = ()
    using: str | None = None
    check: str | None = None
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("policy", self.on.schema, self.name, self.on.name)
