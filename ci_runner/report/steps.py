"""What `schema-ci dry-run` prints: a table of the statements, each with what it did below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ci_runner.log import disarmed
from ci_runner.report.findings import indented, paint
from ci_runner.report.model import ReportedStep
from ci_runner.report.verdict import count

_COLORS = {"ok": "32", "failed": "31", "not run": "33"}
_HEAD = ("STATEMENT", "OUTCOME", "TIME", "LOCKS HELD", "ROWS", "EFFECT")
_OUTCOME = 1


def render_steps(steps: Sequence[ReportedStep], *, color: bool) -> str:
    """A row for each statement in columns as wide as they must be; "" for none."""
    if not steps:
        return ""
    rows = [_row(step) for step in steps]
    widths = [max(len(row[at]) for row in (_HEAD, *rows)) for at in range(len(_HEAD))]
    lines = [_line(_HEAD, widths)]
    for step, row in zip(steps, rows, strict=True):
        painted = _COLORS[step.outcome] if color else ""
        lines += [_line(row, widths, painted), *(f"  {each}" for each in _details(step))]
    return disarmed("".join(f"{line}\n" for line in lines))


def _line(cells: Sequence[str], widths: Sequence[int], painted: str = "") -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    if painted:
        word = paint(cells[_OUTCOME], painted, color=True)
        padded[_OUTCOME] = word + padded[_OUTCOME][len(cells[_OUTCOME]) :]
    return "  ".join(padded).rstrip()


def _row(step: ReportedStep) -> tuple[str, ...]:
    ran = step.outcome != "not run"
    return (
        f"{indented(step.path)}:{step.line}",
        step.outcome,
        f"{step.milliseconds:.1f} ms" if ran else "",
        f"{step.held_milliseconds:.1f} ms" if ran and (step.locks or step.metadata_locks) else "",
        "" if step.rows is None else str(step.rows),
        _effect(step),
    )


def _effect(step: ReportedStep) -> str:
    """The gravest first: who has to wait, and for what."""
    words = [
        word
        for word, several in (
            ("rewrites", step.rewritten),
            ("reads all", step.scanned),
            ("blocks", step.blocking),
            ("changes", step.changes),
            ("rows in the way", (step.rows_in_the_way,) if step.rows_in_the_way else ()),
        )
        if several
    ]
    return ", ".join(words)


def _details(step: ReportedStep) -> Iterator[str]:
    if step.statements > 1:
        yield count(step.statements, "statement")
    for word, several in (
        ("", step.changes),
        ("rewrote ", step.rewritten),
        ("read all of ", step.scanned),
        ("locked ", step.locks),
        ("metadata lock ", step.metadata_locks),
        ("in production: ", step.estimates),
        ("left behind: ", step.unfinished),
        ("notice: ", step.notices),
    ):
        yield from (f"{word}{indented(each)}" for each in several)
    if step.online:
        yield f"changed {indented(step.online)}"
    if step.committed:
        yield "committed the open transaction by itself"
    for each in step.obstacles:
        told = "rows" if each.rows is None else count(each.rows, "row")
        yield f"{told} in the way: {indented(each.query)}"
    if not step.transactional and step.outcome != "not run":
        yield "in no transaction of the file"
    if step.error:
        yield indented(step.error)
