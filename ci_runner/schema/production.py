"""What is known of the database that a change will reach, and what a statement will cost there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from fnmatch import fnmatchcase

from ci_runner.frozen import frozen
from ci_runner.schema.model import Identity
from ci_runner.schema.sizes import Sizes, TableSize, weighed

_MEGABYTE = 2**20
_SECONDS, _MINUTES = 120, 120


@frozen
class Production:
    """`sizes` of its tables; one of at most `small_rows` rows keeps nobody waiting.

    `megabytes_per_second` is how fast a table is taken to be read or written again there.
    `assumed` are numbers of rows by pattern for names of tables, with or without their schema; the
    first that fits outweighs what was counted.
    """

    sizes: Sizes = Sizes()
    small_rows: int = 10_000
    megabytes_per_second: int = 50
    assumed: Mapping[str, int] = field(default_factory=dict)

    def of(self, dialect: str) -> Production:
        """The same for one engine: sizes of another one's tables say nothing."""
        return self if self.sizes.dialect == dialect else replace(self, sizes=Sizes())

    def size(self, relation: Identity) -> TableSize | None:
        counted = self.sizes.of(relation)
        for pattern, rows in self.assumed.items():
            if any(fnmatchcase(each, pattern) for each in (relation.qualified, relation.name)):
                return TableSize(rows, counted.bytes if counted else None)
        return counted

    def is_small(self, relation: Identity) -> bool:
        """False where nobody knows."""
        size = self.size(relation)
        return size is not None and size.rows is not None and size.rows <= self.small_rows

    def told(self, relation: Identity) -> str:
        """The relation with its size, where that is known."""
        size = self.size(relation)
        return str(relation) if size is None else f"{relation} ({size})"

    def estimates(
        self, rewritten: Iterable[Identity], scanned: Iterable[Identity]
    ) -> Iterator[str]:
        """How long each will take, a sentence each; nothing of tables of unknown size."""
        again = tuple(rewritten)
        for verb, relations in (("rewrites", again), ("reads", scanned)):
            for relation in relations:
                size = self.size(relation)
                if (
                    size is not None
                    and size.bytes
                    and (verb == "rewrites" or relation not in again)
                ):
                    seconds = size.bytes / (self.megabytes_per_second * _MEGABYTE)
                    much = f"{verb} {weighed(size.bytes)} of {relation}"
                    yield f"{much}: {_lasting(seconds)} at {self.megabytes_per_second} MB/s"


UNKNOWN = Production()


def _lasting(seconds: float) -> str:
    if seconds < 1:
        return "less than a second"
    if seconds < _SECONDS:
        return f"about {seconds:.0f} s"
    minutes = seconds / 60
    return f"about {minutes:.0f} min" if minutes < _MINUTES else f"about {minutes / 60:.1f} h"
