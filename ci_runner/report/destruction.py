"""Which statements of a change lose data: what a reviewer must see without a click."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ci_runner.frozen import frozen
from ci_runner.report.model import ReportedProject, ReportedStep

_TO = re.compile(" to ")
_DROP = re.compile(r"drop (?P<identity>(?:schema|table|column) (?P<qualified>.+))", re.DOTALL)
_SAYS_SO = re.compile(r"\s*(?:TRUNCATE|DELETE)\b", re.IGNORECASE)
_WOULD_DROP = re.compile(
    r"\s*DROP\s+(?:TABLE|SCHEMA)\b|\s*ALTER\s+TABLE\b.*\bDROP\s+(?!CONSTRAINT|DEFAULT|NOT|EXPR|IDENT)",
    re.IGNORECASE | re.DOTALL,
)


@frozen
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
    kept = _kept(project.steps)
    path = next((file.path for file in project.files if file.status in unwritten), "")
    found = [
        Destruction(step.path, step.line, step.sql)
        for place, step in enumerate(project.steps)
        if (planned[step.sql].destructive if step.sql in planned else _loses(step, place, kept))
    ]
    found += [
        Destruction(path, 0, statement.sql, statement.undo)
        for statement in project.plan
        if statement.destructive and statement.sql not in rehearsed
    ]
    return tuple(found)


@frozen
class _Kept:
    """What of the change itself is no loss: the first step that creates an object, by its identity,
    and the last one that renames something to a name, by the name.
    """

    created: Mapping[str, int]
    renamed: Mapping[str, int]


def _kept(steps: Sequence[ReportedStep]) -> _Kept:
    created: dict[str, int] = {}
    renamed: dict[str, int] = {}
    for place, step in enumerate(steps):
        for change in step.changes:
            if change.startswith("create "):
                created.setdefault(change.removeprefix("create "), place)
            elif change.startswith("rename "):
                # A quoted name may hold " to " itself, so each could be the one before the name.
                for found in _TO.finditer(change):
                    renamed[change[found.end() :]] = place
    return _Kept(created, renamed)


def _loses(step: ReportedStep, place: int, kept: _Kept) -> bool:
    if _SAYS_SO.match(step.sql):
        return True
    if step.outcome != "ok":
        return _WOULD_DROP.match(step.sql) is not None
    return any(_is_lost(place, drop, kept) for drop in _drops(step))


def _drops(step: ReportedStep) -> Iterator[re.Match[str]]:
    return (found for change in step.changes if (found := _DROP.fullmatch(change)))


def _is_lost(place: int, drop: re.Match[str], kept: _Kept) -> bool:
    """Unless an earlier step created it, or a later one gives something its name."""
    created = kept.created.get(drop["identity"], place)
    return created >= place and kept.renamed.get(drop["qualified"], -1) <= place
