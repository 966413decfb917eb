"""Review one project: replay, rehearse, diff, plan, prove, lint."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import field, replace
from functools import partial
from pathlib import Path

from ci_runner.devdb.reach import Base, Cache, standing
from ci_runner.devdb.replay import Script, counted, rehearse, script
from ci_runner.devdb.server import Server
from ci_runner.errors import SchemaCiError, SqlError, UsageError
from ci_runner.frozen import frozen
from ci_runner.lint.check import check
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Review, Severity
from ci_runner.lint.team import of_steps
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.history import History, Step
from ci_runner.migrations.plan import Plan
from ci_runner.pipeline import questions
from ci_runner.pipeline.broken import misfits, refused
from ci_runner.pipeline.change import Change
from ci_runner.pipeline.declared import in_schema
from ci_runner.pipeline.missing import Missing, Search
from ci_runner.pipeline.options import USUAL, Terms
from ci_runner.pipeline.questions import Question
from ci_runner.pipeline.safe_files import Rewritten
from ci_runner.pipeline.sources import desired
from ci_runner.pipeline.suggestions import suggested
from ci_runner.pipeline.unmanaged import differences, left_out
from ci_runner.schema.model import Identity, Schema
from ci_runner.schema.production import UNKNOWN, Production
from ci_runner.schema.select import select


@frozen
class Reviewed:
    """What the review of one project found.

    `plan` is None when the comparison could not be made, and `problem` says why; `files` are those
    that the missing migration asks for, by path in the repository, none where the checksum file
    does not fit the directory. `left_out` is what was not compared by request, `idle` are patterns
    that match nothing, `known` findings that the baseline holds, `rewritten` files in the
    safe form that their findings suggest. `superseded` are our own earlier files, which go when
    `files` come.
    """

    change: Change
    server: str
    dialect: str
    steps: tuple[Step, ...] = ()
    plan: Plan | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    unmanaged: tuple[Identity, ...] = ()
    left_out: tuple[Identity, ...] = ()
    idle: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    production: Production = UNKNOWN
    problem: str = ""
    replayed: int = 0
    replay_seconds: float = 0.0
    known: tuple[Finding, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()
    superseded: tuple[MigrationFile, ...] = ()


def review(
    server: Server,
    root: Path,
    change: Change,
    policy: Policy,
    *,
    progress: Callable[[str], None] = lambda _: None,
    terms: Terms = USUAL,
    production: Production = UNKNOWN,
    cache: Cache | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Reviewed:
    """Never raises for what is wrong with the change itself: that becomes a finding."""
    reviewer = _Reviewer(server, root, change, policy, progress, terms, production, cache, say)
    reviewed = reviewer.reviewed()
    judged = policy.judge(reviewed.findings)
    return replace(reviewed, findings=judged.findings, known=judged.known)


@frozen
class _Reviewer:
    server: Server
    root: Path
    change: Change
    policy: Policy
    progress: Callable[[str], None]
    terms: Terms
    production: Production
    cache: Cache | None
    say: Callable[[str], None]

    def reviewed(self) -> Reviewed:
        change, dialect = self.change, self.server.dialect
        try:
            new = self._new()
            wanted = desired(dialect, self.root, change.schema, self.terms.sizes)
            said = in_schema(self.root, change.schema)
        except (SqlError, UsageError) as unreadable:
            return self._stopped(unreadable)
        terms = replace(self.terms, declared=(*self.terms.declared, *said))
        merged = change.base.files
        self.progress(f"replaying {len(merged)} merged files")
        started = time.perf_counter()
        with ExitStack() as base, ExitStack() as session:
            try:
                first, again = base.enter_context(
                    standing(self.server, merged, change.base.format, self.cache, self.say)
                )
                connection = session.enter_context(first())
                seconds = time.perf_counter() - started
                history = rehearse(
                    connection, dialect, new, progress=self.progress, compared=bool(change.schema)
                )
            except SqlError as failed:
                return self._stopped(failed)
            search = Search(self.server, connection, change, terms, self.progress)
            missing = search.missing(history, wanted)
            session.close()
            found = self._found(history, missing, again, wanted, terms)
        return replace(found, replay_seconds=seconds)

    def _found(
        self,
        history: History,
        missing: Missing,
        again: Base,
        wanted: tuple[Script, ...],
        terms: Terms,
    ) -> Reviewed:
        """What is said of the new files and of what is missing; `again` reopens what is merged."""
        if missing.goal:
            missing = self._told(missing, missing.goal, history, wanted, terms)
        found = self._judged(history, missing, again)
        return replace(found, unmanaged=_unmanaged(history.schema, missing, terms))

    def _new(self) -> tuple[Script, ...]:
        """New files, in the head's order."""
        files, format_name = self.change.files.added, self.change.head.format
        return tuple(counted(script(file, format_name, self.server.dialect) for file in files))

    def _told(
        self,
        missing: Missing,
        goal: Schema,
        history: History,
        wanted: tuple[Script, ...],
        terms: Terms,
    ) -> Missing:
        """With findings of what the comparison asks, and of what it did not see."""
        path, severities = self.change.schema[0], self.policy.severities
        sides = select(history.schema, goal, terms.selection)
        asked = questions.findings(missing.questions, wanted, path, severities, strict=terms.strict)
        unseen = differences(path, sides.old, sides.new, severities, terms)
        omitted = left_out(path, missing.left_out, terms, severities)
        findings = (*missing.findings, *asked, *unseen, *omitted)
        return replace(missing, findings=findings, idle=sides.idle)

    def _judged(self, history: History, missing: Missing, again: Base) -> Reviewed:
        broken = misfits(self.change.head, self.policy.severities)
        steps = (*history.steps, *missing.steps)
        judge = partial(self._lint, history, planned=frozenset(map(id, missing.steps)))
        findings = judge(steps)
        findings, rewritten = self._suggested(again, history, findings, judge)
        return Reviewed(
            self.change,
            self.server.description,
            self.server.dialect.name,
            steps=steps,
            plan=missing.plan,
            # A new checksum file would bless whatever the old one does not fit.
            files={} if broken else missing.files,
            findings=(*broken, *findings, *missing.findings),
            left_out=missing.left_out,
            idle=missing.idle,
            questions=missing.questions,
            production=self.production,
            problem=missing.problem,
            replayed=len(self.change.base.files),
            rewritten=rewritten,
        )

    def _lint(
        self, history: History, steps: tuple[Step, ...], *, planned: frozenset[int]
    ) -> tuple[Finding, ...]:
        """What rules say of `steps`; a team's speak of those only that are not `planned`."""
        dialect, policy = self.server.dialect, self.policy
        of = Review(
            dialect.name,
            dialect.default_schema,
            history.base,
            steps,
            self.change.files,
            production=self.production,
            options=policy.options,
            version=policy.assumed.numbers or history.version,
            outside=FORMATS[self.change.head.format].outside,
            ours=planned,
        )
        own = tuple(step for step in steps if id(step) not in planned)
        reached = own[-1].after if own else history.base
        return check(of, policy, of_steps(policy.team_rules, own, reached))

    def _suggested(
        self,
        again: Base,
        history: History,
        findings: tuple[Finding, ...],
        judge: Callable[[tuple[Step, ...]], tuple[Finding, ...]],
    ) -> tuple[tuple[Finding, ...], tuple[Rewritten, ...]]:
        added, style = self.change.files.added, self.change.head.format
        return suggested(self.server, again, added, style, history, findings, judge, self.policy)

    def _stopped(self, error: SchemaCiError) -> Reviewed:
        """The review ends early: the error becomes a finding, and nothing is claimed."""
        broken = misfits(self.change.head, self.policy.severities)
        return Reviewed(
            self.change,
            self.server.description,
            self.server.dialect.name,
            findings=(*broken, refused(error, Severity.ERROR)),
            problem=error.what,
        )


def _unmanaged(reached: Schema, missing: Missing, terms: Terms) -> tuple[Identity, ...]:
    """What was there and was not compared, though nobody asked to leave it out."""
    found = {*reached.unmanaged, *(missing.goal.unmanaged if missing.goal else ())}
    return tuple(sorted(each for each in found if terms.selection.takes(each)))
