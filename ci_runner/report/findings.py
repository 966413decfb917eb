"""Findings for people on a terminal, with the line that they are about, and as plain JSON."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import groupby
from operator import attrgetter

from ci_runner.log import disarmed, neutral
from ci_runner.report.model import ReportedFinding

_FIELDS = tuple(each.name for each in fields(ReportedFinding))
_values = attrgetter(*_FIELDS)
_FLAT = json.JSONEncoder(separators=(",\n    ", ": "))
_LONGEST = 120  # characters of a statement: a terminal's line
COLORS = {"error": "31", "warning": "33", "note": "36"}


def render_text(findings: Sequence[ReportedFinding], color: bool) -> str:  # noqa: FBT001  # as NO_COLOR: on or off
    """`file:line: severity: rule: message`; below it the source line, what was seen and what to do.

    Of findings about one statement the first shows its source. "" without findings.
    """
    lines: list[str] = []
    for _, about in groupby(findings, key=lambda each: (each.path, each.line, each.column)):
        for position, finding in enumerate(about):
            lines += _finding(finding, with_source=position == 0, color=color)
    return disarmed("".join(f"{line}\n" for line in lines))


def _finding(finding: ReportedFinding, *, with_source: bool, color: bool) -> Iterator[str]:
    place = f"{finding.path}:{finding.line}" if finding.line > 0 else finding.path
    severity = paint(finding.severity, COLORS[finding.severity], color=color)
    message = indented(finding.message)
    yield f"{indented(place)}: {severity}: {indented(finding.rule)}: {message}"
    if finding.snippet and with_source:
        yield from _source(finding, color=color)
    if finding.evidence:
        yield f"  seen: {indented(finding.evidence)}"
    if finding.instead:
        yield f"  instead: {indented(finding.instead)}"
    if finding.replacement:
        yield f"  write: {indented(finding.replacement)};"


def _source(finding: ReportedFinding, *, color: bool) -> Iterator[str]:
    """The statement's first line with a caret below each of its characters."""
    number = str(finding.line)
    shown = indented(finding.snippet).replace("\t", " ")
    if len(shown) > _LONGEST:
        shown = f"{shown[:_LONGEST]}…"
    more = f" … to line {finding.end_line}" if finding.end_line > finding.line else ""
    carets = paint("^" * max(_width(shown), 1), COLORS[finding.severity], color=color)
    yield f"  {number} | {shown}"
    yield f"  {' ' * len(number)} | {carets}{more}"


def _width(text: str) -> int:
    """In columns of a terminal: East Asian characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1
        for each in text
    )


def render_json(findings: Sequence[ReportedFinding]) -> str:
    """A list of objects, one for each finding, with the fields of `ReportedFinding`.

    As `json.dumps` would indent it, by the encoder in C, which it leaves when it indents: the line
    breaks between objects are put right behind it. No text holds one: JSON escapes them.
    """
    if not findings:
        return "[]\n"
    flat = _FLAT.encode([dict(zip(_FIELDS, _values(each), strict=True)) for each in findings])
    objects = flat[2:-2].replace("},\n    {", "\n  },\n  {\n    ")
    return f"[\n  {{\n    {objects}\n  }}\n]\n"


def paint(text: str, code: str, *, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color else text


def indented(text: str) -> str:
    """`text` without anything a terminal or CI obeys; lines after the first stand two blanks in."""
    return neutral(text).replace("\n", "\n  ")
