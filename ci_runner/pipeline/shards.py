"""Part projects among machines, each of which finds the same parts without asking the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ci_runner.config.model import Project
from ci_runner.frozen import frozen


@frozen
class Shard:
    """Part `index` of `total`, counted from 1."""

    index: int
    total: int

    def __str__(self) -> str:
        return f"{self.index}/{self.total}"


def take(shard: Shard, weights: Sequence[tuple[str, int]]) -> frozenset[str]:
    """The names of this shard's share of `weights`: (name, how much work it is).

    Heaviest first, each to the shard that has least so far. No part is more than 4/3 of the best
    that can be had (Graham, "Bounds on Multiprocessing Timing Anomalies", 1969).
    """
    loads = [0] * shard.total
    mine = set()
    for name, weight in sorted(weights, key=lambda each: (-each[1], each[0])):
        lightest = min(range(shard.total), key=lambda at: (loads[at], at))
        loads[lightest] += weight
        if lightest == shard.index - 1:
            mine.add(name)
    return frozenset(mine)


def share(shard: Shard | None, projects: tuple[Project, ...], root: Path) -> tuple[Project, ...]:
    """The projects of this shard in their order; all of them where there is none."""
    if shard is None:
        return projects
    mine = take(shard, [(each.name, 1 + migration_files(root, each)) for each in projects])
    return tuple(each for each in projects if each.name in mine)


def migration_files(root: Path, project: Project) -> int:
    """How many SQL files its directory has in the work tree: what its replay costs, roughly."""
    return sum(1 for _ in (root / project.directory).rglob("*.sql"))
