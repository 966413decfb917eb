"""How the keys of two forms of one table differ, and what stands in the way of changing them."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.mysql.kinds.keys import index_sql, visibility_sql
from ci_runner.dialects.mysql.kinds.tables import block_size, engine_of
from ci_runner.dialects.mysql.plan.catalogue import Catalogue, Key
from ci_runner.dialects.mysql.plan.hazards import of_key
from ci_runner.dialects.mysql.quote import quote
from ci_runner.schema.model import Column, Index, PrimaryKey, Table


class Keys:
    """From one schema to the other, of the table of that name."""

    def __init__(self, old: Catalogue, new: Catalogue, table: str) -> None:
        mine, theirs = dict(old.keys(table)), new.keys(table)
        for each in moved_places(old, new, table):
            del mine[each.name.lower()]
        kept = {each.name.lower() for each in new.tables[table].columns}
        gone = {each.name.lower() for each in old.tables[table].columns} - kept
        # Its columns took it along.
        self.mine = {name: each for name, each in mine.items() if not _columns_of(each) <= gone}
        self.theirs = theirs
        self.resized = _resizes(old.tables[table], new.tables[table])
        self.shown = {
            name
            for name, each in self.mine.items()
            if name in theirs and each != theirs[name] and _but_shown(each, theirs[name])
        }
        words = [name for name, each in theirs.items() if self._differs(name) and _is_words(each)]
        # InnoDB makes one at a time: dev.mysql.com, Online DDL Operations, Index Operations.
        self.apart = words[1:] if engine_of(new.tables[table]) == "InnoDB" else []

    def _differs(self, name: str) -> bool:
        if self.resized and name in self.theirs:
            return True
        return self.mine.get(name) != self.theirs.get(name) and name not in self.shown

    def dropped(self) -> Iterator[str]:
        for name, each in self.mine.items():
            if self._differs(name):
                yield drop(each)

    def made(self) -> Iterator[str]:
        for name, each in self.theirs.items():
            if self._differs(name) and name not in self.apart:
                yield f"ADD {index_sql(each)}"
            elif name in self.shown:
                yield visibility_sql(self.mine[name], each)

    def made_apart(self) -> Iterator[Key]:
        """In a statement of its own each."""
        return (self.theirs[name] for name in self.apart)

    def said(self) -> Iterator[str]:
        for name, each in self.mine.items():
            if name not in self.theirs:
                yield f"drop {noun(each)}"
        for name, each in self.theirs.items():
            if name in self.apart:
                continue
            if name not in self.mine:
                yield f"add {noun(each)}"
            elif self._differs(name):
                yield f"change {noun(each)}"
            elif name in self.shown:
                yield f"change visibility of {noun(each)}"

    def hazards(self, before: Table) -> Iterator[str]:
        for name, each in self.theirs.items():
            if self._differs(name):
                yield from of_key(each, before)


def _resizes(before: Table, after: Table) -> bool:
    """Whether keys that stay would keep the size that the table, or its engine, gave them."""
    was, becomes = block_size(before), block_size(after)
    moves = becomes != "" and engine_of(before) != engine_of(after)
    return moves or was not in {"", becomes}


def _is_words(each: Key) -> bool:
    return isinstance(each, Index) and each.method == "fulltext"


def noun(each: Key) -> str:
    return "primary key" if isinstance(each, PrimaryKey) else f"index {each.name}"


def drop(each: Key) -> str:
    return "DROP PRIMARY KEY" if isinstance(each, PrimaryKey) else f"DROP INDEX {quote(each.name)}"


def _columns_of(each: Key) -> set[str]:
    if isinstance(each, PrimaryKey):
        return {column.lower() for column in each.columns}
    return {
        key.rpartition("(")[0].strip("` ").lower() or key.strip("`").lower()
        for key in (k.removesuffix(" DESC") for k in each.keys)
    }


def _but_shown(one: Key, other: Key) -> bool:
    """Whether they differ in nothing but whether the optimizer looks at them."""
    return (
        isinstance(one, Index)
        and isinstance(other, Index)
        and (one.definition, one.comment) == (other.definition, other.comment)
    )


def moved_places(old: Catalogue, new: Catalogue, name: str) -> list[Key]:
    """Spatial indexes of columns that get another SRID, which has to find them gone: MySQL."""
    before, after = old.tables[name], new.tables[name]
    moved = {
        each.name.lower()
        for each in after.columns
        if (was := before.column(each.name)) and _srid(was) != _srid(each)
    }
    return [
        each
        for each in old.keys(name).values()
        if isinstance(each, Index) and each.method == "spatial" and _columns_of(each) & moved
    ]


def _srid(column: Column) -> str:
    return next((each for each in column.attributes if each.startswith("SRID ")), "")
