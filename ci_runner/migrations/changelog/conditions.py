"""Preconditions of a change set: `--precondition-sql-check expectedResult:0 SELECT ...`."""

from __future__ import annotations

import re
from typing import cast, get_args

from ci_runner.errors import SqlError
from ci_runner.migrations.changelog.change_set import Condition, OnFail
from ci_runner.migrations.changelog.options import line_options

_CHECK = re.compile(
    r"(?:expectedResult:)?(?:'(?P<single>[^']+)'|\"(?P<double>[^\"]+)\"|(?P<word>\w+))\s+(?P<sql>.+)",
    re.IGNORECASE,
)
_OUTCOMES: tuple[str, ...] = get_args(OnFail)


def outcome(text: str, where: str) -> tuple[OnFail, OnFail]:
    """What `onFail` and `onError` say, HALT where they say nothing. Raises SqlError."""
    given = dict(line_options(text))
    found = [given.get(each, "HALT").upper() for each in ("onfail", "onerror")]
    for each in found:
        if each not in _OUTCOMES:
            raise SqlError(
                f"Liquibase knows no outcome {each!r} of a precondition",
                where=where,
                next_step=f"write one of {', '.join(_OUTCOMES)}",
            )
    on_fail, on_error = (cast("OnFail", each) for each in found)
    return on_fail, on_error


def condition(kind: str, text: str, path: str, line: int) -> Condition:
    """Raises SqlError for one that Liquibase's formatted SQL does not know, or can't read."""
    where = f"{path}:{line}"
    if kind == "sql-check":
        found = _CHECK.fullmatch(text)
        if found is None:
            raise SqlError(
                "the precondition has no expected result and query",
                where=where,
                next_step="write `--precondition-sql-check expectedResult:0 SELECT ...`",
            )
        expected = found["single"] or found["double"] or found["word"]
        return Condition("sql", found["sql"].strip().rstrip(";"), line, expected)
    given = dict(line_options(text))
    if kind == "table-exists":
        return Condition(
            "table", _named(given, "table", where), line, schema=given.get("schema", "")
        )
    if kind == "view-exists":
        return Condition("view", _named(given, "view", where), line, schema=given.get("schema", ""))
    raise SqlError(
        f"Liquibase's formatted SQL knows no precondition {kind}",
        where=where,
        next_step="use sql-check, table-exists or view-exists",
    )


def _named(given: dict[str, str], kind: str, where: str) -> str:
    if not given.get(kind):
        raise SqlError(
            f"the precondition names no {kind}", where=where, next_step=f"write `{kind}:NAME`"
        )
    return given[kind]
