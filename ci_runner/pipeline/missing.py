"""The missing migration: planned, written, and proven on a dev database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field, replace

from ci_runner.devdb.replay import Script, rehearse, replay, script
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import Connection
from ci_runner.errors import InternalError, SqlError, UsageError
from ci_runner.frozen import frozen
from ci_runner.lint.notices import CLOSED_DIRECTORY
from ci_runner.lint.rule import Finding, Severity
from ci_runner.migrations.directory import Directory
from ci_runner.migrations.history import History, Step
from ci_runner.migrations.plan import Plan, written
from ci_runner.pipeline import prove, questions
from ci_runner.pipeline.broken import refused
from ci_runner.pipeline.change import Change
from ci_runner.pipeline.compare import Compared, compare
from ci_runner.pipeline.options import Terms
from ci_runner.pipeline.questions import Question
from ci_runner.schema.model import Identity, Schema


@frozen
class Missing:
    """What leads to `goal`, the desired schema, which is None where it does not load.

    `plan` is None when the comparison could not be made, and `problem` says why; a `plan` that is
    not proven is not offered. `steps` are its statements as they ran, `files` are to be written,
    by path in the repository.
    """

    plan: Plan | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    left_out: tuple[Identity, ...] = ()
    idle: tuple[str, ...] = ()
    goal: Schema | None = None
    problem: str = ""


@frozen
class Search:
    """Looks for what is missing where `connection` has run all files of the change's head."""

    server: Server
    connection: Connection
    change: Change
    terms: Terms
    progress: Callable[[str], None]

    def missing(self, history: History, wanted: Sequence[Script]) -> Missing:
        """`history` is what the new files did, `wanted` the desired schema."""
        if not self.change.schema:
            return Missing()
        if history.failed is not None:
            return Missing(problem="a new migration does not run, so what it reaches is not known")
        self.progress("loading the desired schema")
        try:
            with self.server.database() as other:
                replay(other, wanted)
                goal = self.server.dialect.inspect(other)
        except SqlError as failed:
            finding = refused(failed, Severity.ERROR)
            return Missing(findings=(finding,), problem="the desired schema does not load")
        return replace(self._planned(history.schema, goal), goal=goal)

    def _planned(self, reached: Schema, goal: Schema) -> Missing:
        try:
            compared = compare(self.connection, self.server.dialect, reached, goal, self.terms)
        except InternalError as stuck:
            return Missing(problem=str(stuck))
        except UsageError as misfit:
            finding = questions.misfit(misfit, self.change.schema[0])
            return Missing(findings=(finding,), problem=misfit.what)
        if not compared.plan.statements:
            return Missing(compared.plan, left_out=compared.left_out)
        return self._proven(compared, reached, goal)

    def _proven(self, compared: Compared, reached: Schema, goal: Schema) -> Missing:
        dialect, plan = self.server.dialect, compared.plan
        grown, files = self._written(plan)
        self.progress("proving the missing migration")
        proof = rehearse(self.connection, dialect, self._scripts(grown))
        failure = proof.failed.failure if proof.failed else None
        why = prove.unproven(dialect, failure, proof.schema, goal, self.terms)
        if why:
            said = "\n".join(prove.obstacles(failure, reached, compared.left_out))
            problem = f"the planned migration is not offered: {why}"
            return Missing(steps=proof.steps, problem=f"{problem}\n{said}".rstrip())
        steps = proof.steps
        if any(step.observed.online for step in steps):
            plan = prove.steps_seen(plan, steps, online=self.terms.options.online)
            grown, files = self._written(plan)
            steps = self._at_their_places(steps, grown)
        found = Missing(
            plan, files, steps, questions=compared.questions, left_out=compared.left_out
        )
        closed = self.change.head.closed
        return replace(found, files={}, findings=(_unwritten(closed),)) if closed else found

    def _written(self, plan: Plan) -> tuple[Directory, dict[str, bytes]]:
        change = self.change
        return written(
            plan,
            change.head,
            change.when,
            self.server.dialect.syntax,
            change.migration_name,
            upstream=change.upstream,
            mark=change.marks,
        )

    def _scripts(self, grown: Directory) -> tuple[Script, ...]:
        """The files that `grown` has and the head does not."""
        added = grown.files[len(self.change.head.files) :]
        return tuple(script(file, grown.format, self.server.dialect) for file in added)

    def _at_their_places(self, steps: Sequence[Step], grown: Directory) -> tuple[Step, ...]:
        """The steps with their statements as files have them that say the same in other words."""
        statements = [each for one in self._scripts(grown) for each in one.statements]
        return tuple(
            replace(step, statement=statement)
            for step, statement in zip(steps, statements, strict=True)
        )


def _unwritten(closed: str) -> Finding:
    """What is said where a file that is written would be no part of the directory."""
    return Finding(
        CLOSED_DIRECTORY.id,
        CLOSED_DIRECTORY.severity,
        "the missing migration is planned and not written: the changelog includes no folder",
        closed,
        0,
        0,
        instead=CLOSED_DIRECTORY.instead,
    )
