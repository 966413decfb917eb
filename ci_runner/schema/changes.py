"""A change is Create, Drop, Alter or Rename of one typed object.

Rules and reports match on them: `Alter(old=Column(), new=Column())`. A new kind of object adds no
new kind of change.
"""

from __future__ import annotations

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity, SchemaObject


@frozen
class Create:
    """`new` did not exist. A created Table brings its columns; they are not listed again."""

    new: SchemaObject

    @property
    def identity(self) -> Identity:
        return self.new.identity


@frozen
class Drop:
    """`old` is gone. What lived on it is not listed again."""

    old: SchemaObject

    @property
    def identity(self) -> Identity:
        return self.old.identity


@frozen
class Alter:
    """Same identity, other content. For a Table: its own attributes, not its columns."""

    old: SchemaObject
    new: SchemaObject

    @property
    def identity(self) -> Identity:
        return self.new.identity


@frozen
class Rename:
    """The same object under another name, as the server's own object ids prove."""

    old: SchemaObject
    new: SchemaObject

    @property
    def identity(self) -> Identity:
        return self.new.identity


Change = Create | Drop | Alter | Rename
