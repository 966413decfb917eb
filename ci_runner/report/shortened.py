"""Keep report.json to a size that the next job reads: SQL is shortened, the verdict stays.

The files of the change hold the whole of it. What loses data is shortened last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

from ci_runner.report.artifact import LARGEST
from ci_runner.report.destruction import destructive
from ci_runner.report.json import dump
from ci_runner.report.model import GeneratedFile, Report, ReportedProject
from ci_runner.report.sound import LONGEST, MOST
from ci_runner.report.verdict import count

T = TypeVar("T")
# Characters of each text that stay, as few as it takes. Below the last one a digest is no shorter.
_LIMITS = (LONGEST - 200, 100_000, 10_000, 1_000, 200)
_CUT = frozenset({"sql", "undo", "error", "message", "evidence", "instead", "snippet", "notices"})
# SQL that is offered in the place of a statement: half of it is none.
_OFFERED = frozenset({"replacement", "suggestion"})


def shortened(report: Report, largest: int = LARGEST, most: int = MOST) -> Report:
    """`report` as JSON of at most `largest` bytes where that can be, and what was left out said.

    A project keeps `most` statements that changed nothing, or as few as it takes.
    First texts are cut, those of statements that lose data last, then statements go that changed
    no object and lost nothing. A cut text names the whole by its digest: another plan stays another
    plan. To be called on what holds no secret any more: half of one is not known for a secret.
    """
    lost = {each.sql for project in report.projects for each in destructive(project)}
    found = report
    if any(len(project.steps) > most for project in report.projects):
        found = _said(report, tuple(_fewer(each, most, lost) for each in report.projects))
    if _fits(found, largest):
        return found
    whole = found.projects
    for kept in (lost, frozenset[str]()):
        for limit in _LIMITS:
            found = _said(report, _cut(whole, "", limit, kept))
            if _fits(found, largest):
                return found
    cut = found.projects
    while most and not _fits(found, largest):
        most //= 10
        found = _said(report, tuple(_fewer(each, most, lost) for each in cut))
    return found


def _fits(report: Report, largest: int) -> bool:
    return _longest(report) <= LONGEST and len(dump(report)) <= largest


def _longest(value: object) -> int:
    """In characters, without files that are committed as they are or not at all."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, tuple):
        return max(map(_longest, value), default=0)
    if is_dataclass(value) and not isinstance(value, type | GeneratedFile):
        return max((_longest(getattr(value, each.name)) for each in fields(value)), default=0)
    return 0


def _cut(value: T, name: str, limit: int, kept: Collection[str]) -> T:
    """`value` with each text cut to `limit` characters that may be, but for those in `kept`."""
    found: object = value
    if isinstance(value, str) and len(value) > limit and value not in kept:
        if name in _OFFERED:
            found = ""
        elif name in _CUT:
            digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
            more = f"{len(value) - limit} more characters, SHA-256 of all {digest}"
            found = f"{value[:limit]}… ({more})"
    elif isinstance(value, tuple):
        found = tuple(_cut(each, name, limit, kept) for each in value)
    elif is_dataclass(value) and not isinstance(value, type | GeneratedFile):
        changes = {
            each.name: _cut(getattr(value, each.name), each.name, limit, kept)
            for each in fields(value)
        }
        found = replace(value, **changes)
    return cast("T", found)


def _fewer(project: ReportedProject, most: int, lost: Collection[str]) -> ReportedProject:
    """With the first `most` of the statements that went well, changed no object and lost nothing.

    The others are needed to tell what is lost: a table that the change itself made is none.
    """
    quiet = 0
    steps = []
    for step in project.steps:
        if step.outcome == "ok" and not step.changes and step.sql not in lost:
            quiet += 1
            if quiet > most:
                continue
        steps.append(step)
    return replace(project, steps=tuple(steps))


def _said(report: Report, projects: tuple[ReportedProject, ...]) -> Report:
    """With a notice of what `projects` lack of the report's own."""
    cut = len(set(_texts(projects)) - set(_texts(report.projects)))
    gone = sum(
        len(old.steps) - len(new.steps) for old, new in zip(report.projects, projects, strict=True)
    )
    said = [f"{count(cut, 'long text')} of SQL and messages cut"] if cut else []
    said += [f"{count(gone, 'statement')} that changed no object left out"] if gone else []
    notice = f"To keep report.json readable: {' and '.join(said)}. The migration files hold all."
    return replace(report, projects=projects, notices=(*report.notices, notice))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from _texts(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
