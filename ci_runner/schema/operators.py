"""Operators, what makes indexes of them, collations and conversions, as frozen values."""

from __future__ import annotations

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity


@frozen
class Operator:
    """`left` and `right` are types, "NONE" where it has no such side; functions are qualified.

    `commutator` and `negator` are (schema, name) of other operators, which may follow later.
    """

    schema: str
    name: str
    left: str
    right: str
    function: str
    commutator: tuple[str, str] | None = None
    negator: tuple[str, str] | None = None
    restrict: str | None = None
    join: str | None = None
    merges: bool = False
    hashes: bool = False
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("operator", self.schema, f"{self.name}({self.left}, {self.right})")


@frozen
class Member:
    """An operator or support function of a family: `place` is how one leaves it, with its types."""

    place: str
    definition: str


@frozen
class OperatorFamily:
    """`members` are those that belong to no class of it."""

    schema: str
    name: str
    method: str
    members: tuple[Member, ...] = ()
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("operator family", self.schema, f"{self.name} using {self.method}")


@frozen
class OperatorClass:
    """`family` is (schema, name); `storage` is given where an index holds another type."""

    schema: str
    name: str
    method: str
    type: str
    family: tuple[str, str]
    default: bool = False
    storage: str | None = None
    members: tuple[Member, ...] = ()
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("operator class", self.schema, f"{self.name} using {self.method}")


@frozen
class AccessMethod:
    """`type` is INDEX or TABLE."""

    name: str
    type: str
    handler: str
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("access method", "", self.name)


@frozen
class Collation:
    """`options` are what CREATE COLLATION says, as (word, value).

    The version of the library that sorted is not one of them: it belongs to the machine.
    """

    schema: str
    name: str
    options: tuple[tuple[str, str], ...]
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("collation", self.schema, self.name)


@frozen
class Conversion:
    """Between two encodings."""

    schema: str
    name: str
    source: str
    target: str
    function: str
    default: bool = False
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("conversion", self.schema, self.name)
