"""Review one project: replay, rehearse, diff, plan, prove, lint."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from ci_runner.devdb.reach import Cache, reach
from ci_runner.devdb.replay import Script, counted, rehearse, replay, script
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import Connection
from ci_runner.errors import InternalError, SchemaCiError, SqlError, UsageError
from ci_runner.lint.check import check
from ci_runner.lint.notices import CHECKSUM, UNREADABLE
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Review, Severity
from ci_runner.lint.team import of_steps
from ci_runner.migrations import checksum
from ci_runner.migrations.directory import Directory, DirectoryChange, MigrationFile, changed
from ci_runner.migrations.history import History, Step
from ci_runner.migrations.plan import Plan, written
from ci_runner.pipeline import prove, questions
from ci_runner.pipeline.compare import compare
from ci_runner.pipeline.declared import in_schema
from ci_runner.pipeline.options import USUAL, Terms
from ci_runner.pipeline.questions import Question
from ci_runner.pipeline.sources import desired
from ci_runner.pipeline.suggestions import Rewritten, suggested
from ci_runner.pipeline.unmanaged import differences, left_out
from ci_runner.schema.model import Identity, Schema
from ci_runner.schema.production import UNKNOWN, Production
from ci_runner.schema.select import select


@dataclass(frozen=True, slots=True)
class Change:
    """A project's part of a pull request. `when` is the head commit's time, UTC.

    `upstream` is the directory as the base branch has it now, which may be newer than `base`; None
    where that is not known. What is generated is marked as ours where `marks` says so.
    """

    name: str
    base: Directory
    head: Directory
    schema: tuple[str, ...]
    when: datetime
    migration_name: str = ""
    upstream: Directory | None = None
    marks: bool = False

    @property
    def files(self) -> DirectoryChange:
        return changed(self.base, self.head)


@dataclass(frozen=True, slots=True)
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
    given = Reviewed(change, server.description, server.dialect.name, production=production)
    reviewed = _review(
        server, root, given, policy, progress=progress, terms=terms, cache=cache, say=say
    )
    judged = policy.judge(reviewed.findings)
    return replace(reviewed, findings=judged.findings, known=judged.known)


def _review(
    server: Server,
    root: Path,
    reviewed: Reviewed,
    policy: Policy,
    *,
    progress: Callable[[str], None],
    terms: Terms,
    cache: Cache | None,
    say: Callable[[str], None],
) -> Reviewed:
    severities, change = policy.severities, reviewed.change
    try:
        new = _new(server, change)
        wanted = desired(server.dialect, root, change.schema, terms.sizes)
        said = in_schema(root, change.schema)
    except (SqlError, UsageError) as unreadable:
        return _stopped(reviewed, unreadable, severities)
    terms = replace(terms, declared=(*terms.declared, *said))
    merged = change.base.files
    with ExitStack() as stack:
        progress(f"replaying {len(merged)} merged files")
        started = time.perf_counter()
        try:
            connection = stack.enter_context(reach(server, merged, change.base.format, cache, say))
        except SqlError as failed:
            return _stopped(reviewed, failed, severities)
        seconds = time.perf_counter() - started
        try:
            history = rehearse(
                connection, server.dialect, new, progress=progress, compared=bool(change.schema)
            )
        except SqlError as ended:
            return _stopped(reviewed, ended, severities)
        compared = _compare(server, connection, change, wanted, history, progress, terms)
        if compared.goal:
            path = change.schema[0]
            sides = select(history.schema, compared.goal, terms.selection)
            unseen = differences(path, sides.old, sides.new, severities, terms)
            omitted = left_out(path, compared.left_out, terms, severities)
            asked = questions.findings(
                compared.questions, wanted, path, severities, strict=terms.strict
            )
            found = (*compared.findings, *asked, *unseen, *omitted)
            compared = replace(compared, findings=found, idle=sides.idle)
    steps = (*history.steps, *compared.steps)
    broken = _checksum_findings(change.head, severities)

    planned = set(map(id, compared.steps))

    def judge(steps: tuple[Step, ...]) -> tuple[Finding, ...]:
        name, schema = server.dialect.name, server.dialect.default_schema
        known, options = reviewed.production, policy.options
        of = Review(
            name,
            schema,
            history.base,
            steps,
            change.files,
            production=known,
            options=options,
            version=policy.assumed.numbers,
        )
        own = tuple(step for step in steps if id(step) not in planned)
        reached = own[-1].after if own else history.base
        return check(of, policy, of_steps(policy.team_rules, own, reached))

    findings = judge(steps)
    rewritten: tuple[Rewritten, ...] = ()
    if history.failed is None:
        added, style = change.files.added, change.head.format
        again = partial(reach, server, merged, change.base.format, cache)
        findings, rewritten = suggested(
            server, again, added, style, history, findings, judge, policy
        )
    return replace(
        reviewed,
        steps=steps,
        plan=compared.plan,
        # A new checksum file would bless whatever the old one does not fit.
        files={} if broken else compared.files,
        findings=(*broken, *findings, *compared.findings),
        unmanaged=_unmanaged(history.schema, compared, terms),
        left_out=compared.left_out,
        idle=compared.idle,
        questions=compared.questions,
        problem=compared.problem,
        replayed=len(merged),
        replay_seconds=seconds,
        rewritten=rewritten,
    )


def _new(server: Server, change: Change) -> tuple[Script, ...]:
    """New files, in the head's order."""
    files, format_name = change.files.added, change.head.format
    return tuple(counted(script(file, format_name, server.dialect) for file in files))


def _unmanaged(reached: Schema, compared: _Compared, terms: Terms) -> tuple[Identity, ...]:
    """What was there and was not compared, though nobody asked to leave it out."""
    found = {*reached.unmanaged, *(compared.goal.unmanaged if compared.goal else ())}
    return tuple(sorted(each for each in found if terms.selection.takes(each)))


@dataclass(frozen=True, slots=True)
class _Compared:
    plan: Plan | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    left_out: tuple[Identity, ...] = ()
    idle: tuple[str, ...] = ()
    goal: Schema | None = None
    problem: str = ""


def _compare(
    server: Server,
    connection: Connection,
    change: Change,
    wanted: Sequence[Script],
    history: History,
    progress: Callable[[str], None],
    terms: Terms,
) -> _Compared:
    """Plan what is missing and prove it on the database that the new files have just reached."""
    if not change.schema:
        return _Compared()
    if history.failed is not None:
        return _Compared(problem="a new migration does not run, so what it reaches is not known")
    progress("loading the desired schema")
    try:
        with server.database() as other:
            replay(other, wanted)
            goal = server.dialect.inspect(other)
    except SqlError as failed:
        finding = refused(failed, Severity.ERROR)
        return _Compared(findings=(finding,), problem="the desired schema does not load")
    found = _plan(server, connection, change, history.schema, goal, progress, terms)
    return replace(found, goal=goal)


def _plan(
    server: Server,
    connection: Connection,
    change: Change,
    reached: Schema,
    goal: Schema,
    progress: Callable[[str], None],
    terms: Terms,
) -> _Compared:
    """What leads from `reached`, the schema of the database behind `connection`, to `goal`."""
    try:
        compared = compare(connection, server.dialect, reached, goal, terms)
    except InternalError as stuck:
        return _Compared(problem=str(stuck))
    except UsageError as misfit:
        finding = questions.misfit(misfit, change.schema[0])
        return _Compared(findings=(finding,), problem=misfit.what)
    plan = compared.plan
    if not plan.statements:
        return _Compared(plan, left_out=compared.left_out)
    grown, files = written(
        plan,
        change.head,
        change.when,
        change.migration_name,
        upstream=change.upstream,
        mark=change.marks,
    )
    progress("proving the missing migration")
    added = grown.files[len(change.head.files) :]
    proof = rehearse(
        connection,
        server.dialect,
        tuple(script(file, grown.format, server.dialect) for file in added),
    )
    failure = proof.failed.failure if proof.failed else None
    why = prove.unproven(server.dialect, failure, proof.schema, goal, terms)
    if why:
        said = "\n".join(prove.obstacles(failure, reached, compared.left_out))
        problem = f"the planned migration is not offered: {why}"
        return _Compared(steps=proof.steps, problem=f"{problem}\n{said}".rstrip())
    steps = proof.steps
    if any(step.observed.online for step in steps):
        plan = prove.steps_seen(plan, steps, online=terms.options.online)
        grown, files = written(plan, change.head, change.when, change.migration_name)
        steps = _written_anew(server, grown, len(added), steps)
    return _Compared(plan, files, steps, questions=compared.questions, left_out=compared.left_out)


def _written_anew(
    server: Server, grown: Directory, added: int, steps: Sequence[Step]
) -> tuple[Step, ...]:
    """The steps at their places in files that say the same in other words."""
    files = grown.files[-added:]
    scripts = (script(file, grown.format, server.dialect) for file in files)
    statements = [each for one in scripts for each in one.statements]
    return tuple(
        replace(step, statement=statement)
        for step, statement in zip(steps, statements, strict=True)
    )


def _stopped(
    reviewed: Reviewed, error: SchemaCiError, severities: Mapping[str, Severity]
) -> Reviewed:
    """The review ends early: the error becomes a finding, and nothing is claimed."""
    change = reviewed.change
    return Reviewed(
        change,
        reviewed.server,
        reviewed.dialect,
        findings=(*_checksum_findings(change.head, severities), refused(error, Severity.ERROR)),
        problem=error.what,
    )


def refused(error: SchemaCiError, severity: Severity) -> Finding:
    """SQL that does not run, or a file or folder that can't be read, as a finding."""
    path, _, line = error.where.splitlines()[0].rpartition(":") if error.where else ("", "", "")
    number = int(line) if line.isdigit() else 0
    return Finding(
        "syntax-error" if number else UNREADABLE.id,
        severity,
        error.what,
        path if number else error.where,
        number,
        number,
        evidence=error.said,
        instead=error.next_step,
    )


def _checksum_findings(head: Directory, severities: Mapping[str, Severity]) -> tuple[Finding, ...]:
    severity = severities.get(CHECKSUM.id, CHECKSUM.severity)
    if (head.checksum is None and head.format != "atlas") or severity is Severity.OFF:
        return ()
    return tuple(
        Finding(
            CHECKSUM.id,
            severity,
            problem.message,
            f"{head.path}/{checksum.NAME}",
            problem.line,
            problem.line,
            instead="run `schema-ci hash` once the files are as they should be",
        )
        for problem in checksum.verify(head)
    )
