"""Which statements of a change lose data: what a reviewer must see without a click."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ci_runner.report.model import ReportedProject, ReportedStep

_DROP = re.compile(r"drop (?P<identity>(?:schema|table|column) (?P<qualified>.+))", re.DOTALL)
_SAYS_SO = re.compile(r"\s*(?:TRUNCATE|DELETE)\b", re.IGNORECASE)
_WOULD_DROP = re.compile(
    r"\s*DROP\s+(?:TABLE|SCHEMA)\b|\s*ALTER\s+TABLE\b.*\bDROP\s+(?!CONSTRAINT|DEFAULT|NOT|EXPR|IDENT)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Destruction:
    """A statement that loses data. `line` is 0 in a plan whose file was not rehearsed."""

    path: str
    line: int
    sql: str
    undo: str | None = None


def destructive(project: ReportedProject) -> tuple[Destruction, ...]:
    """Statements of the new files and of the plan that lose a schema, table, column or rows.

    What the dev database was seen dropping counts, unless the change itself had created it before,
    or renames something to its name (SQLite's rebuild). What is made anew is empty. Of a planned
    statement its planner knows; of one that was not run only the text tells.
    """
    planned = {statement.sql: statement for statement in project.plan}
    rehearsed = {step.sql for step in project.steps}
    unwritten = {"generated", "missing"}
    path = next((file.path for file in project.files if file.status in unwritten), "")
    found = [
        Destruction(step.path, step.line, step.sql)
        for place, step in enumerate(project.steps)
        if (planned[step.sql].destructive if step.sql in planned else _loses(project.steps, place))
    ]
    found += [
        Destruction(path, 0, statement.sql, statement.undo)
        for statement in project.plan
        if statement.destructive and statement.sql not in rehearsed
    ]
    return tuple(found)


def _loses(steps: Sequence[ReportedStep], place: int) -> bool:
    step = steps[place]
    if _SAYS_SO.match(step.sql):
        return True
    if step.outcome != "ok":
        return _WOULD_DROP.match(step.sql) is not None
    return any(_is_lost(steps, place, drop) for drop in _drops(step))


def _drops(step: ReportedStep) -> Iterator[re.Match[str]]:
    return (found for change in step.changes if (found := _DROP.fullmatch(change)))


def _is_lost(steps: Sequence[ReportedStep], place: int, drop: re.Match[str]) -> bool:
    created = f"create {drop['identity']}"
    back = f" to {drop['qualified']}"
    before = {change for step in steps[:place] for change in step.changes}
    after = {change for step in steps[place + 1 :] for change in step.changes}
    return created not in before and not any(
        change.startswith("rename ") and change.endswith(back) for change in after
    )
