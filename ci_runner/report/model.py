"""The report of one run as a value: what JSON holds and what every renderer shows.

Only strings, numbers and tuples, so that an untrusted job can write it and a trusted one read it.
Durations are milliseconds, the only fields that may differ between two runs on the same input.
"""

from __future__ import annotations

from typing import Literal

from ci_runner.frozen import frozen

FORMAT = 1

# PostgreSQL's manual, Explicit Locking: the modes that reads and writes pass.
_PASSABLE = ("ACCESS SHARE ", "ROW SHARE ", "ROW EXCLUSIVE ", "SHARE UPDATE EXCLUSIVE ")
FileStatus = Literal["new", "edited", "removed", "generated", "missing", "replaced"]
SeverityName = Literal["error", "warning", "note"]
State = Literal["in-sync", "generated", "differs", "no-schema", "unknown"]


@frozen
class ReportedFinding:
    """`line` 0 is the file as a whole, `column` 0 a line as a whole; characters count from 1.

    `end_column` is that behind the last character; `snippet` is the first line, without data.
    `replacement` is SQL for the place of the statement, `suggestion` what its lines become then,
    `fingerprint` names the finding wherever its lines move; "" where there is none.
    """

    rule: str
    severity: SeverityName
    message: str
    path: str
    line: int
    end_line: int
    evidence: str = ""
    instead: str = ""
    column: int = 0
    end_column: int = 0
    snippet: str = ""
    replacement: str = ""
    suggestion: str = ""
    fingerprint: str = ""


@frozen
class ReportedObstacle:
    """`query` counts the rows of a table that would stop a statement; on a real database too.

    `rows` were there when it was to run on the dev database: none where it ran; None where they
    were not counted.
    """

    query: str
    rows: int | None = None


@frozen
class ReportedStep:
    """One statement of a new file and what the dev database did with it.

    `rows` is None where the engine does not count; `outcome` is `not run` behind a failure. What it
    locked stays so for `held_milliseconds`, to the end of its transaction. `scanned` was read from
    end to end, `unfinished` is left behind without effect: an invalid index, a constraint that old
    rows need not keep. Tables are followed by their size in production, where that is known, and
    `estimates` say what it means. `online` is the least that the server asked for to change a
    table, `committed` whether the statement ended an open transaction without saying so. A long
    run of INSERTs is one step, with the `statements` that it stands for. `obstacles` are the rows
    in its way, `metadata_locks` what MySQL or MariaDB lock to change what others use.
    """

    path: str
    line: int
    sql: str
    outcome: Literal["ok", "failed", "not run"]
    milliseconds: float = 0.0
    rows: int | None = None
    transactional: bool = True
    changes: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    error: str = ""
    statements: int = 1
    held_milliseconds: float = 0.0
    scanned: tuple[str, ...] = ()
    unfinished: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    estimates: tuple[str, ...] = ()
    online: str = ""
    committed: bool = False
    obstacles: tuple[ReportedObstacle, ...] = ()
    metadata_locks: tuple[str, ...] = ()

    @property
    def rows_in_the_way(self) -> int:
        """As far as they were counted."""
        return sum(each.rows or 0 for each in self.obstacles)

    @property
    def blocking(self) -> tuple[str, ...]:
        """The locks for which somebody who reads or writes has to wait."""
        return tuple(lock for lock in self.locks if not lock.startswith(_PASSABLE))


@frozen
class ReportedStatement:
    """One statement of the generated plan."""

    sql: str
    summary: str
    object: str
    destructive: bool
    hazards: tuple[str, ...] = ()
    undo: str | None = None


@frozen
class ReportedFile:
    """One migration file of the change. `statements` counts, `sha256` is of the content.

    `generated` was missing and has been written, `missing` was planned only: neither is in the
    commit that was reviewed. `replaced` is one that we had generated before and took back.
    """

    path: str
    status: FileStatus
    statements: int
    sha256: str


@frozen
class GeneratedFile:
    """A file that the run wrote and that a publisher may commit. `content` is UTF-8 text."""

    path: str
    content: str


@frozen
class ReportedProject:
    """One project's part.

    `state`: `in-sync`, the directory reaches the desired schema and nothing was missing;
    `generated`, a missing migration was written and proven; `differs`, one is missing and was not
    written; `no-schema`, no desired schema is configured; `unknown`, the comparison could not be
    made and `problem` says why. `unmanaged` are objects that were there and were not compared;
    `left_out` counts those that were not by request. `superseded` are paths of files that we had
    generated before and that go in the commit that brings `generated`.
    `offered` says how the files of `generated` are handed over where nobody has written them:
    `suggest` shows them, `artifact` lays them beside the report.
    """

    name: str
    dialect: str
    server: str
    directory: str
    format: str
    state: State
    problem: str = ""
    files: tuple[ReportedFile, ...] = ()
    steps: tuple[ReportedStep, ...] = ()
    plan: tuple[ReportedStatement, ...] = ()
    findings: tuple[ReportedFinding, ...] = ()
    unmanaged: tuple[str, ...] = ()
    generated: tuple[GeneratedFile, ...] = ()
    replayed_files: int = 0
    replay_milliseconds: float = 0.0
    left_out: int = 0
    superseded: tuple[str, ...] = ()
    offered: Literal["", "suggest", "artifact"] = ""

    @property
    def is_taken_back(self) -> bool:
        """Whether an earlier file of ours goes and none comes in its place."""
        return bool(self.superseded) and not self.plan

    @property
    def unseen(self) -> int:
        """How many objects nobody compared."""
        return len(self.unmanaged) + self.left_out


@frozen
class ReportedBuild:
    """Where the report comes from. Empty strings and 0 where a local run has none.

    `base` is the branch or revision that the change will be merged into, as it was given.
    `web_url` is the repository's own page, without a trailing slash.
    """

    provider: str = "local"
    repository: str = ""
    web_url: str = ""
    pull_request: int = 0
    head_sha: str = ""
    base: str = ""
    base_sha: str = ""
    run_url: str = ""


@frozen
class ReportedApproval:
    """Somebody's word that a plan needs. `plan` is the plan's hash, "" where none is needed.

    `reasons` say why it is, `ways` how it may be given, and `given` who gave it and how. `problem`
    is why that can't be known. `head` is the commit that a review has to be of.
    """

    plan: str = ""
    reasons: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    problem: str = ""
    head: str = ""

    @property
    def is_awaited(self) -> bool:
        return bool(self.plan) and not self.given

    @property
    def line(self) -> str:
        """The first line of a comment that approves this plan and no other."""
        return f"/schema-ci approve {self.plan}"

    @property
    def label(self) -> str:
        """The label that does the same: at most 50 characters, as GitHub takes them."""
        return f"schema-ci:{self.plan}"


@frozen
class Report:
    """The whole run. `fail_on` is the severity from which the verdict is `fail`.

    `committed` is the commit that brought the generated files to the branch, "" without one.
    `shards` are the parts of the work that it holds, as `2/3`; none where the work was not parted.
    `gaps` says what it ought to hold and does not: such a report never passes. `reported_by` is
    whose job wrote it where its word can't be trusted, "" where it can: a publisher knows.
    """

    tool_version: str
    build: ReportedBuild
    projects: tuple[ReportedProject, ...]
    fail_on: Literal["error", "warning", "note", "never"] = "error"
    format: int = FORMAT
    notices: tuple[str, ...] = ()
    committed: str = ""
    shards: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    reported_by: str = ""
    approval: ReportedApproval = ReportedApproval()

    @property
    def standing(self) -> tuple[str, ...]:
        """What the hash of its plan covers besides the plan: the base, and where a job that is not
        to be trusted tells what the files hold, the head, which it can't choose.
        """
        base = self.build.base_sha
        return (base, self.build.head_sha) if self.reported_by else (base,)
