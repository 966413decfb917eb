"""Virtual tables: what a module of the engine shows as a table, and keeps in its own way."""

from __future__ import annotations

from dataclasses import field

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity


@frozen
class VirtualTable:
    """Opaque: `definition` is compared word by word, for only the module knows what it means.

    `source` is the statement as it was written. The tables in which a module keeps its data belong
    to it.
    """

    schema: str
    name: str
    module: str
    definition: str
    source: str = field(default="", compare=False)

    @property
    def identity(self) -> Identity:
        return Identity("virtual table", self.schema, self.name)
