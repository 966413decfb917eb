"""Materialized views and extended statistics: what a database computes and keeps."""

from __future__ import annotations

from dataclasses import field

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity


@frozen
class ColumnSettings:
    """How one column of a materialized view is stored and analysed.

    `storage` is how it is stored, `type_storage` how its type is unless one says otherwise;
    `statistics` -1 is the server's default target; `options` are `name=value`.
    """

    name: str
    storage: str
    type_storage: str
    statistics: int = -1
    compression: str = ""
    options: tuple[str, ...] = ()
    comment: str | None = None


@frozen
class MaterializedView:
    """As a View. `tablespace` is "" in that of the database, `method` "" in a heap.

    `populated` is not compared: whether there are rows is no schema. A new one is made like that.
    """

    schema: str
    name: str
    columns: tuple[str, ...]
    definition: str
    column_types: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    settings: tuple[ColumnSettings, ...] = ()
    tablespace: str = ""
    method: str = ""
    comment: str | None = None
    populated: bool = field(default=True, compare=False)

    @property
    def identity(self) -> Identity:
        return Identity("materialized view", self.schema, self.name)


@frozen
class Statistics:
    """Extended statistics `on` a table. `target` is None where columns' own targets hold."""

    schema: str
    name: str
    on: Identity
    kinds: tuple[str, ...]
    definition: str
    target: int | None = None
    comment: str | None = None

    @property
    def identity(self) -> Identity:
        return Identity("statistics object", self.schema, self.name)
