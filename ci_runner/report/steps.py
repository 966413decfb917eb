"""What `schema-ci dry-run` prints: each statement, what it took and what it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ci_runner.report.findings import indented, paint
from ci_runner.report.model import ReportedStep
from ci_runner.report.verdict import count

_COLORS = {"ok": "32", "failed": "31", "not run": "33"}


def render_steps(steps: Sequence[ReportedStep], *, color: bool) -> str:
    """`file:line: outcome, time, rows`, and below it the statement's effects; "" for none."""
    return "".join(f"{line}\n" for step in steps for line in _step(step, color=color))


def _step(step: ReportedStep, *, color: bool) -> Iterator[str]:
    words = [paint(step.outcome, _COLORS[step.outcome], color=color)]
    if step.outcome != "not run":
        words.append(f"{step.milliseconds:.1f} ms")
    if step.rows is not None:
        words.append(count(step.rows, "row"))
    if step.statements > 1:
        words.append(count(step.statements, "statement"))
    yield f"{indented(step.path)}:{step.line}: {', '.join(words)}"
    yield from (f"  {indented(change)}" for change in step.changes)
    yield from (f"  rewrote {indented(each)}" for each in step.rewritten)
    yield from (f"  locked {indented(each)}" for each in step.locks)
    if step.error:
        yield f"  {indented(step.error)}"
