"""Every error a user can see: what happened, where, and what to do next.

SchemaCiError            never raised itself
|- UsageError        2   the command line asks for something that makes no sense
|- DriftError        3   `--check`: desired schema and migration directory differ
|- ConfigError       4   schema-ci.toml, an environment variable or a flag is wrong
|- DatabaseError     5   no dev database could be had, or it went away
|- ForgeError        6   GitHub or GitLab refused or did not answer
|- GitError          7   no repository, no merge base, no such commit
|- SqlError          8   SQL does not run or goes over a limit, or a directory can't be read
|- ProofError        9   a plan does not lead where it should, so it is not offered
|- StrictError      10   with --strict: something is not compared, or a question is open
`- InternalError    70   ours: a broken invariant

Exit code 0 is success, 1 means findings at or above `fail-on`, 11 that a plan waits for an
approval, 130 an interrupt.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process says to the shell. Unique, documented in docs/exit-codes.md, tested."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    DRIFT = 3
    CONFIG = 4
    DATABASE = 5
    FORGE = 6
    GIT = 7
    SQL = 8
    UNPROVEN = 9
    INCOMPLETE = 10
    UNAPPROVED = 11
    INTERNAL = 70
    INTERRUPTED = 130


class SchemaCiError(Exception):
    """An error in four parts: what happened, where, the other side's words, what to do next.

    Its notes tell what went wrong beside it, such as what could not be cleared away.
    """

    exit_code: ExitCode = ExitCode.INTERNAL

    def __init__(self, what: str, *, where: str = "", said: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.said = said
        self.next_step = next_step

    def __str__(self) -> str:
        lines = [self.what]
        lines += [f"  {line}" for line in self.where.splitlines()]
        lines += [f"  {line}" for line in self.said.splitlines()]
        lines += [f"  also: {note}" for note in getattr(self, "__notes__", ())]
        if self.next_step:
            lines.append(f"  next: {self.next_step}")
        return "\n".join(lines)


class UsageError(SchemaCiError):
    exit_code = ExitCode.USAGE


class DriftError(SchemaCiError):
    exit_code = ExitCode.DRIFT


class ConfigError(SchemaCiError):
    exit_code = ExitCode.CONFIG


class DatabaseError(SchemaCiError):
    exit_code = ExitCode.DATABASE


class ForgeError(SchemaCiError):
    exit_code = ExitCode.FORGE


class GitError(SchemaCiError):
    exit_code = ExitCode.GIT


class SqlError(SchemaCiError):
    exit_code = ExitCode.SQL


class ProofError(SchemaCiError):
    exit_code = ExitCode.UNPROVEN


class StrictError(SchemaCiError):
    exit_code = ExitCode.INCOMPLETE


class InternalError(SchemaCiError):
    exit_code = ExitCode.INTERNAL
