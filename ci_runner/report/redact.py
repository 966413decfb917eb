"""Take secrets out of every text of a report, before it is shown, written or sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar, cast

from ci_runner.report.model import GeneratedFile, Report

T = TypeVar("T")


def redacted(report: Report, redact: Callable[[str], str]) -> Report:
    """`report` with `redact` applied to its every text, but for the files that it generated.

    Those are committed as they are: whoever generates them makes sure that none holds a secret.
    """
    return _value(report, redact)


def _value(value: T, redact: Callable[[str], str]) -> T:
    found: object = value
    if isinstance(value, str):
        found = redact(value)
    elif isinstance(value, tuple):
        found = tuple(_value(each, redact) for each in value)
    elif is_dataclass(value) and not isinstance(value, type | GeneratedFile):
        changes = {each.name: _value(getattr(value, each.name), redact) for each in fields(value)}
        found = replace(value, **changes)
    return cast("T", found)
