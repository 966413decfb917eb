"""A measured figure beside its target, and the table that shows them."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """`target` is the most that `value` may be; None where a figure only explains another one."""

    part: str
    what: str
    value: float
    unit: str
    target: float | None = None

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.value <= self.target

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "met": self.met}


def table(figures: Sequence[Figure]) -> str:
    """One line per figure: what, value, target, whether it was met."""
    rows = [("part", "what", "median", "target", "")]
    for each in figures:
        target = "" if each.target is None else f"<= {each.target:.3f} {each.unit}".rstrip()
        verdict = {None: "", True: "met", False: "MISSED"}[each.met]
        value = f"{each.value:.3f} {each.unit}".rstrip()
        rows.append((each.part, each.what, value, target, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds that one process took: `wall` on the clock, `cpu` of user and system together.

    `cpu` includes what the process started and waited for, such as a dev server of its own.
    """

    wall: float
    cpu: float


def process(
    command: Sequence[str], *, cwd: Path, environ: Mapping[str, str], accept: tuple[int, ...] = (0,)
) -> Cost:
    """Run `command` to its end. Raises RuntimeError with its words for another exit code."""
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        said = running.stderr.read() if running.stderr else ""
        _, status, usage = os.wait4(running.pid, 0)
        wall = time.perf_counter() - started
        running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode not in accept:
        raise RuntimeError(f"{Path(command[0]).name} exits with {running.returncode}:\n{said}")
    return Cost(wall, usage.ru_utime + usage.ru_stime)


def medians(runs: int, *measured: Callable[[], float]) -> tuple[float, ...]:
    """The median of `runs` values of each, taken in turns, so that a busy moment hits them all."""
    taken = [[each() for each in measured] for _ in range(runs)]
    return tuple(statistics.median(values) for values in zip(*taken, strict=True))


def costs(runs: int, *measured: Callable[[], Cost]) -> tuple[Cost, ...]:
    """Likewise for both seconds of a cost."""
    taken = [[each() for each in measured] for _ in range(runs)]
    return tuple(
        Cost(
            statistics.median(each.wall for each in values),
            statistics.median(each.cpu for each in values),
        )
        for values in zip(*taken, strict=True)
    )
