"""What happened when migrations ran on a dev database."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from ci_runner.dialects.base import Failure
from ci_runner.dialects.observation import Observation
from ci_runner.dialects.obstacles import Obstacle
from ci_runner.dialects.operations import Operation
from ci_runner.frozen import frozen
from ci_runner.schema.model import Schema


@frozen
class Directive:
    """A comment that speaks to us. `rules` is empty for "all of them".

    `scope` is file for one that stands before the first statement and is followed by a blank line.
    `spelling` is the comment's own prefix, such as `atlas:nolint`. `reason` is what it says
    besides, "" for nothing.
    """

    spelling: str
    verb: str
    rules: tuple[str, ...]
    line: int
    scope: Literal["statement", "file"] = "statement"
    reason: str = ""


@frozen
class Statement:
    """One statement without its terminator. Line and column, from 1, are those of its first word.

    `directives` stand in the comments directly above it, inside it, or behind it on its last line;
    a file's first statement also carries those of the file's head.
    """

    text: str
    path: str
    line: int
    end_line: int
    directives: tuple[Directive, ...] = ()
    column: int = field(default=1, compare=False)

    @property
    def sensitive(self) -> bool:
        """Whether its literals must not be shown anywhere."""
        return any(each.verb == "sensitive" for each in self.directives)


@frozen
class Step:
    """One statement that was run, with the schema before and after it.

    `transactional` tells whether a transaction was open around it; `seconds` is wall time, and
    `held` that from its start to the end of its transaction: as long does it keep what it locked.
    `obstacles` are rows that would stop it: of tables that were there before any new file.
    `executed` is False when an earlier failure kept it from being run: then only `operations`,
    read from its text, tell anything.
    """

    statement: Statement
    operations: tuple[Operation, ...]
    before: Schema
    after: Schema
    transactional: bool
    seconds: float = 0.0
    held: float = 0.0
    rows: int | None = None
    observed: Observation = Observation()
    notices: tuple[str, ...] = ()
    failure: Failure | None = None
    executed: bool = True
    obstacles: tuple[Obstacle, ...] = ()


@frozen
class History:
    """Files that were run, the schema before them, and the one they reached or failed at.

    `version` is that of the server, such as (16, 4).
    """

    steps: tuple[Step, ...]
    base: Schema
    schema: Schema
    version: tuple[int, ...] = ()

    @property
    def failed(self) -> Step | None:
        return next((step for step in self.steps if step.failure is not None), None)
