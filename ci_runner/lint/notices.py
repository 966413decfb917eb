"""Findings that no rule makes: they are about files and comments, so they have no SQL to show."""

from __future__ import annotations

from dataclasses import dataclass

from ci_runner.lint.rule import Severity


@dataclass(frozen=True, slots=True)
class Notice:
    """Its severity is set like a rule's, unless it is `fixed`; no comment in a file silences it."""

    id: str
    title: str
    severity: Severity
    why: str
    instead: str
    fixed: bool = False


CHECKSUM = Notice(
    "checksum",
    "Checksum file out of step",
    Severity.ERROR,
    "atlas.sum names other files, or other contents, than the directory has: somebody changed one"
    " of them, or two branches met.",
    "Put the files in order, then run `schema-ci hash`.",
)
UNUSED_IGNORE = Notice(
    "unused-ignore",
    "Ignore that ignores nothing",
    Severity.WARNING,
    "A `nolint` without a finding hides the next one that comes along, and one that names no rule"
    " hides nothing.",
    "Remove the comment, or the name from it.",
)
UNMANAGED_DIFFERENCE = Notice(
    "unmanaged-difference",
    "Objects that are not compared differ",
    Severity.WARNING,
    "The desired schema and the migrations hold different objects of kinds that this version only"
    " names: functions, triggers, policies and the like. No migration is planned for them.",
    "Compare them by hand, and write their migration yourself.",
)
UNREADABLE = Notice(
    "unreadable",
    "File or directory that can't be read",
    Severity.ERROR,
    "A directory or the desired schema is not where the configuration says, or a file name tells no"
    " version: nothing was reviewed.",
    "Correct the path in schema-ci.toml, or the file.",
    fixed=True,
)
NOTICES = (CHECKSUM, UNMANAGED_DIFFERENCE, UNREADABLE, UNUSED_IGNORE)
