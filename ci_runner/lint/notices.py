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
RENAME_QUESTION = Notice(
    "rename-question",
    "A drop that may be a rename",
    Severity.WARNING,
    "What the plan drops and what it makes look like one object under another name. As planned, all"
    " that the old one holds is lost.",
    "Say `-- schema-ci:rename OLD -> NEW` in the desired schema if it was renamed, and"
    " `-- schema-ci:drop OLD` if it was not.",
)
RENAME_MISFIT = Notice(
    "rename-misfit",
    "Declared rename that fits neither side",
    Severity.ERROR,
    "A `schema-ci:rename` names something that is not there or may be several things, or gives a"
    " name that the desired schema does not have: no migration was planned.",
    "Correct the names, or remove the rename when it is no longer needed.",
    fixed=True,
)
LEFT_OUT = Notice(
    "left-out",
    "Objects that are not compared by request",
    Severity.NOTE,
    "`include` and `exclude` leave these objects out: whether they differ is not known.",
    "Nothing, if that is meant.",
)
OLDER_DEV_SERVER = Notice(
    "older-dev-server",
    "Dev server older than the target",
    Severity.WARNING,
    "The migrations were run on an older major version than the database of `dev.like` has: what"
    " they lock and rewrite, and whether they run at all, may be otherwise there.",
    "Give a dev URL of the target's version, such as docker://postgres/16/dev.",
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
NOTICES = (
    CHECKSUM,
    LEFT_OUT,
    OLDER_DEV_SERVER,
    RENAME_MISFIT,
    RENAME_QUESTION,
    UNMANAGED_DIFFERENCE,
    UNREADABLE,
    UNUSED_IGNORE,
)
