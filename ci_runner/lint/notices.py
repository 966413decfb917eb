"""Findings that no rule makes: they are about files and comments, so they have no SQL to show."""

from __future__ import annotations

from ci_runner.frozen import frozen
from ci_runner.lint.rule import Severity


@frozen
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
IGNORE_WITHOUT_REASON = Notice(
    "ignore-without-reason",
    "Ignore that does not say why",
    Severity.WARNING,
    "`require-reason` is set: who reads the comment next year must know whether it still holds.",
    "Say it behind a colon: `-- schema-ci:nolint drop-table: a dump is kept`.",
)
EXPIRED_EXCEPTION = Notice(
    "expired-exception",
    "Exception whose day has passed",
    Severity.WARNING,
    "A `[[lint.except]]` was given until a day that is over: it excepts nothing any more.",
    "Mend what it excepted and remove it, or decide again and move the day.",
)
IDLE_EXCEPTION = Notice(
    "idle-exception",
    "Exception that fits no file",
    Severity.NOTE,
    "A `[[lint.except]]` names paths that no file of a project has: it was misspelled, or what it"
    " excepted is gone, and the next file of that name is excepted unseen.",
    "Correct the pattern, which begins at the root of the repository, or remove it.",
)
LOOSENED_POLICY = Notice(
    "loosened-policy",
    "Change that loosens the lint policy",
    Severity.WARNING,
    "The change lowers a severity, adds an exception, lets a baseline grow or the like. It is"
    " judged by the policy of the base branch; what comes after it is judged by the looser one.",
    "Nothing, if the reviewers agree.",
)
UNREADABLE_POLICY = Notice(
    "unreadable-policy",
    "Lint policy of the base branch that can't be read",
    Severity.WARNING,
    "The configuration on the base branch makes no sense to this version, so the change is judged"
    " by the rules' own severities, without exceptions.",
    "Correct the file on the base branch.",
)
BROKEN_TEAM_RULE = Notice(
    "broken-team-rule",
    "Rule of the team that can't be asked",
    Severity.ERROR,
    "A `[[rule]]` asks for a field that does not exist, is no sentence in CEL, or takes too long:"
    " what it was to keep out of the schema passes unseen.",
    "Correct the rule on its line: docs/policy.md says what `this` holds. On the base branch, where"
    " it is in force; or give it the severity `off`.",
    fixed=True,
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
KEPT_MIGRATION = Notice(
    "kept-migration",
    "Generated migration that is kept as it is",
    Severity.ERROR,
    "The desired schema has changed again. The migration that was generated for this pull request"
    " was edited by hand since, or later files build on it: to replace it would lose that.",
    "Add what is missing to it, or remove it so that another is generated.",
    fixed=True,
)
CLOSED_DIRECTORY = Notice(
    "closed-directory",
    "Migration that is not written, for a changelog lists all files",
    Severity.WARNING,
    "The changelog includes each file by its name. One that is written beside them would be no part"
    " of it, and never run.",
    "Write the change set yourself and include it, or let the changelog include a folder:"
    " `includeAll`.",
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
    BROKEN_TEAM_RULE,
    CHECKSUM,
    CLOSED_DIRECTORY,
    EXPIRED_EXCEPTION,
    IDLE_EXCEPTION,
    IGNORE_WITHOUT_REASON,
    KEPT_MIGRATION,
    LEFT_OUT,
    LOOSENED_POLICY,
    OLDER_DEV_SERVER,
    RENAME_MISFIT,
    RENAME_QUESTION,
    UNMANAGED_DIFFERENCE,
    UNREADABLE,
    UNREADABLE_POLICY,
    UNUSED_IGNORE,
)
