"""Read a file of Liquibase's formatted SQL: `--changeset author:id` above each change set.

liquibase-core 4.29, AbstractFormattedChangeLogParser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ci_runner.errors import SqlError
from ci_runner.migrations.changelog.change_set import ChangeSet, Options, Parameter
from ci_runner.migrations.changelog.conditions import condition, outcome
from ci_runner.migrations.changelog.options import line_options, options, products
from ci_runner.migrations.changelog.parameters import named

HEADER = re.compile(r"\s*--\s*liquibase\s*formatted(?P<rest>[^\n]*)", re.IGNORECASE)
_LOGICAL = re.compile(r"logicalFilePath:(\S+)", re.IGNORECASE)
_SAYS = re.compile(r"\s*--\s*(?P<what>[A-Za-z]+(?:-[A-Za-z-]+)?):?(?P<rest>.*)")
_ONE_DASH = re.compile(r"\s*-\s*(?:changeset|rollback|preconditions?|property)\b", re.IGNORECASE)
_CHANGE_SET = re.compile(
    r"\s+(?P<author>\"[^\"]+\"|[^:]+):\s*(?P<id>\"[^\"]+\"|\S+)(?P<options>.*)"
)
_ROLLBACK_OPENS = re.compile(r"\s*/\*\s*liquibase\s*rollback\s*", re.IGNORECASE)
_WITHOUT = re.compile(r"(?:not required|empty)\b", re.IGNORECASE)
_ANY = re.compile(r"(?:1:)?any", re.IGNORECASE)


@dataclass(slots=True)
class _Reading:
    """A file as far as it is read. `known` are all properties in force, which grow on the way.

    `local` are those of this file alone. `body` are the lines of the change set that is open.
    """

    path: str
    lines: list[str]
    known: list[Parameter]
    logical_path: str
    at: int = 0
    open: ChangeSet | None = None
    body: list[str] = field(default_factory=list)
    local: list[Parameter] = field(default_factory=list)
    written: bool = False

    def refuse(self, what: str, line: int, next_step: str) -> SqlError:
        return SqlError(what, where=f"{self.path}:{line}", next_step=next_step)


def change_sets(text: str, path: str, known: list[Parameter]) -> Iterator[ChangeSet]:
    """The change sets of the file at `path`, in order; `known` are the properties, which may grow.

    A file without the header is one change set, as Liquibase takes it. Raises SqlError for what
    Liquibase would refuse, or would pass over in silence.
    """
    header = HEADER.match(text)
    if header is None:
        whole = Options(split=False)
        yield ChangeSet("includeAll", "raw", 0, text, whole, named(text, known))
        return
    logical = _LOGICAL.search(header["rest"])
    first = text.count("\n", 0, header.end()) + 1
    reading = _Reading(path, text.split("\n"), known, logical[1] if logical else "", at=first)
    while reading.at < len(reading.lines):
        if ended := _read_line(reading):
            yield ended
    if ended := _ended(reading):
        yield ended


def _read_line(reading: _Reading) -> ChangeSet | None:
    """Go on by a line, or by all the lines that one speaks for; what ends with it is returned."""
    line, number = reading.lines[reading.at].rstrip("\r"), reading.at + 1
    reading.at += 1
    said = _SAYS.fullmatch(line)
    what = said["what"].lower() if said else ""
    rest = said["rest"] if said else ""
    if _ONE_DASH.match(line):
        raise reading.refuse(
            "one dash opens no comment, and Liquibase refuses the line", number, "write two dashes"
        )
    if what.startswith("changeset"):
        ended = _ended(reading)
        _begin(reading, rest, number)
        return ended
    kept = ""
    if what == "property":
        _define(reading, rest, number)
    elif what == "ignorelines":
        _pass_over(reading, rest, number)
    elif reading.open is None:
        _refuse_outside(reading, line, number)
    elif not _is_about(reading, reading.open, what, rest, number) and not _rolled_back(
        reading, reading.open, line, number
    ):
        kept = line
        reading.written = reading.written or bool(line.strip())
    reading.body += [""] * (reading.at - number) + [kept]
    return None


def _begin(reading: _Reading, rest: str, number: int) -> None:
    found = _CHANGE_SET.fullmatch(rest)
    if found is None:
        raise reading.refuse(
            "the change set has no author and id",
            number,
            "write `--changeset AUTHOR:ID`, with quotes around one that holds blanks",
        )
    author, own = (found[each].strip().strip('"') for each in ("author", "id"))
    chosen = options(found["options"], f"{reading.path}:{number}")
    if not chosen.logical_path:
        chosen = replace(chosen, logical_path=reading.logical_path)
    reading.open = ChangeSet(author, own, number, "", chosen)
    reading.body, reading.written = [], False


def _ended(reading: _Reading) -> ChangeSet | None:
    """The change set that was open, with its text. Raises SqlError where it has none."""
    current = reading.open
    if current is None:
        return None
    if not reading.written:
        raise reading.refuse(
            f"the change set {current.author}:{current.id} has no SQL",
            current.line,
            "write its statements below it, or remove it",
        )
    body = "\n".join(reading.body)
    return replace(current, body=body, parameters=named(body, (*reading.local, *reading.known)))


def _define(reading: _Reading, rest: str, number: int) -> None:
    """A property; those that speak for this file only come first."""
    given = dict(line_options(rest))
    if "name" not in given or "value" not in given:
        raise reading.refuse(
            "the property has no name and value", number, "write `--property name:x value:y`"
        )
    made = Parameter(given["name"], given["value"], products(given.get("dbms", "")))
    everywhere = given.get("global", "true").lower() != "false"
    (reading.known if everywhere else reading.local).append(made)


def _pass_over(reading: _Reading, rest: str, number: int) -> None:
    """Lines that are no part of anything: a count of them, or up to `ignoreLines:end`."""
    many = rest.strip()
    if many.isdigit():
        reading.at = min(reading.at + int(many), len(reading.lines))
        return
    if many.lower() != "start":
        raise reading.refuse(
            "`ignoreLines` says neither how many nor `start`", number, "write `--ignoreLines:start`"
        )
    while reading.at < len(reading.lines):
        said = _SAYS.fullmatch(reading.lines[reading.at].rstrip("\r"))
        reading.at += 1
        if said and (said["what"] + said["rest"].strip()).lower() == "ignorelinesend":
            return
    raise reading.refuse(
        "`ignoreLines:start` is never ended", number, "write `--ignoreLines:end` below the last one"
    )


def _refuse_outside(reading: _Reading, line: str, number: int) -> None:
    if line.strip() and not line.lstrip().startswith("--"):
        raise reading.refuse(
            "the line stands above the first change set, where Liquibase passes over it",
            number,
            "put `--changeset AUTHOR:ID` above it",
        )


def _is_about(reading: _Reading, current: ChangeSet, what: str, rest: str, number: int) -> bool:
    """Whether a line speaks of the change set that is open, which is then as the line says."""
    where = f"{reading.path}:{number}"
    if what == "rollback":
        way_back = rest.strip()
        if way_back and not _WITHOUT.match(way_back):
            current = replace(current, reversible=True)
    elif what == "preconditions":
        on_fail, on_error = outcome(rest, where)
        current = replace(current, on_fail=on_fail, on_error=on_error)
    elif what.startswith("precondition-"):
        found = condition(what.removeprefix("precondition-"), rest.strip(), reading.path, number)
        current = replace(current, conditions=(*current.conditions, found))
    elif what == "validchecksum":
        current = replace(
            current, tolerates=current.tolerates or bool(_ANY.fullmatch(rest.strip()))
        )
    elif what not in {"comment", "comments"}:
        return False
    reading.open = current
    return True


def _rolled_back(reading: _Reading, current: ChangeSet, line: str, number: int) -> bool:
    """Whether a way back of several lines begins here, which is then passed over."""
    if not _ROLLBACK_OPENS.fullmatch(line):
        return False
    while reading.at < len(reading.lines):
        text = reading.lines[reading.at].rstrip()
        reading.at += 1
        if text.endswith("*/"):
            reading.open = replace(current, reversible=True)
            return True
    raise reading.refuse("the rollback is never ended", number, "put `*/` at the end of it")
