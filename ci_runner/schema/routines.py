"""What runs in a database: routines, rules, event triggers, and the languages they are written in.

`types` are the input types as the server lists them, by which overloads are told apart; `signature`
is how commands name the arguments of a routine that exists. Definitions are the server's own.
"""

from __future__ import annotations

from typing import Literal

from ci_runner.frozen import frozen
from ci_runner.schema.model import Firing, Identity


@frozen
class Function:
    """A function or window function.

    `inputs` are the names of its input arguments, "" where they have none, and `defaults` is how
    many of them have a default. `outputs` are the columns of its result, where it names them.
    `body` is the source where that is all the catalogue holds of it, else "".
    """

    schema: str
    name: str
    types: str
    arguments: str
    language: str
    result: str
    definition: str
    body: str = ""
    inputs: tuple[str, ...] = ()
    defaults: int = 0
    outputs: tuple[str, ...] = ()
    window: bool = False
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("function", self.schema, f"{self.name}({self.types})")

    @property
    def signature(self) -> str:
        return self.types


@frozen
class Procedure:
    """As a Function; `signature` has its outputs, which commands may need to find it."""

    schema: str
    name: str
    types: str
    signature: str
    arguments: str
    language: str
    definition: str
    body: str = ""
    inputs: tuple[str, ...] = ()
    defaults: int = 0
    outputs: tuple[str, ...] = ()
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("procedure", self.schema, f"{self.name}({self.types})")


@frozen
class Aggregate:
    """`arguments` are as CREATE AGGREGATE takes them, ORDER BY included; `options` are `NAME = x`.

    `ordering` is the server's letter for its kind: n(ormal), o(rdered set), h(ypothetical set).
    """

    schema: str
    name: str
    types: str
    signature: str
    arguments: str
    result: str
    ordering: Literal["n", "o", "h"]
    options: tuple[str, ...]
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("aggregate", self.schema, f"{self.name}({self.types})")


@frozen
class Rule:
    """A rewrite rule other than the one that is a view."""

    schema: str
    table: str
    name: str
    definition: str
    enabled: Firing = "origin"
    comment: str | None = None
    table_kind: str = "table"

    @property
    def identity(self) -> Identity:
        return Identity("rule", self.schema, self.name, self.table)


@frozen
class EventTrigger:
    """`function` is a qualified name; `tags` are the commands it is limited to."""

    name: str
    event: str
    function: str
    tags: tuple[str, ...] = ()
    enabled: Firing = "origin"
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("event trigger", "", self.name)


@frozen
class Event:
    """What MySQL's scheduler runs: `definition` is CREATE EVENT without its comment."""

    schema: str
    name: str
    definition: str
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("event", self.schema, self.name)


@frozen
class Language:
    """A procedural language. The three functions are qualified names, None where it has none."""

    name: str
    trusted: bool
    handler: str | None
    inline: str | None = None
    validator: str | None = None
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("language", "", self.name)


@frozen
class Transform:
    """How values of `type` go into and out of `language`; functions with their arguments."""

    type: str
    language: str
    from_sql: str | None
    to_sql: str | None
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("transform", "", f"{self.type} for {self.language}")
