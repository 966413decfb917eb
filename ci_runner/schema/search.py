"""Objects of text search, as frozen values."""

from __future__ import annotations

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity


@frozen
class TextSearchParser:
    """`options` are its functions as (word, name)."""

    schema: str
    name: str
    options: tuple[tuple[str, str], ...]
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("text search parser", self.schema, self.name)


@frozen
class TextSearchTemplate:
    """`options` are its functions as (word, name)."""

    schema: str
    name: str
    options: tuple[tuple[str, str], ...]
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("text search template", self.schema, self.name)


@frozen
class TextSearchDictionary:
    """`options` is the text that the server keeps of them, in their order."""

    schema: str
    name: str
    template: str
    options: str | None = None
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("text search dictionary", self.schema, self.name)


@frozen
class TextSearchConfiguration:
    """`mappings` are (kind of token, dictionaries in their order as SQL)."""

    schema: str
    name: str
    parser: str
    mappings: tuple[tuple[str, str], ...] = ()
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("text search configuration", self.schema, self.name)
