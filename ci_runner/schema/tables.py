"""What stands on tables beside the constraints that every engine has."""

from __future__ import annotations

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity, IndexSettings


@frozen
class Exclusion:
    """An exclusion constraint. `columns` are those that it names outside of expressions."""

    schema: str
    table: str
    name: str
    columns: tuple[str, ...]
    definition: str
    comment: str | None = None
    settings: IndexSettings = IndexSettings()

    @property
    def identity(self) -> Identity:
        return Identity("exclusion", self.schema, self.name, self.table)
