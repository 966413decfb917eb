"""From what the reviews found to the one report."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Literal

from ci_runner import __version__
from ci_runner.context import Build
from ci_runner.dialects.observation import Observation
from ci_runner.dialects.operations import Data
from ci_runner.migrations import checksum
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.history import Step
from ci_runner.migrations.literals import without_literals
from ci_runner.pipeline.change import Change as ProjectChange
from ci_runner.pipeline.reported import as_reported
from ci_runner.pipeline.review import Reviewed
from ci_runner.report.model import (
    FileStatus,
    GeneratedFile,
    Report,
    ReportedBuild,
    ReportedFile,
    ReportedObstacle,
    ReportedProject,
    ReportedStatement,
    ReportedStep,
    State,
)
from ci_runner.schema.changes import Alter, Change, Create, Drop, Rename
from ci_runner.schema.model import Check, ForeignKey, Index
from ci_runner.schema.production import Production
from ci_runner.schema.types import DomainConstraint

# As many INSERTs in a row are told one by one, and as many characters of each.
_LONG_RUN = 20
_LONG_DATA = 10_000
# As many of a statement's notices are told.
_NOTICES = 20


def project(
    reviewed: Reviewed, *, wrote: bool, offered: Literal["", "suggest", "artifact"] = ""
) -> ReportedProject:
    """One project's part. `wrote` is whether a missing migration may be written.

    What is `offered` is whole files; where earlier ones of ours would have to go, nothing is.
    """
    change = reviewed.change
    offered = offered if reviewed.files and not reviewed.superseded else ""
    return ReportedProject(
        name=change.name,
        dialect=reviewed.dialect,
        server=reviewed.server,
        directory=change.head.path,
        format=change.head.format,
        state=_state(reviewed, wrote=wrote),
        problem=reviewed.problem,
        files=_files(reviewed, wrote=wrote),
        steps=tuple(_steps(reviewed.steps, reviewed.production)),
        plan=tuple(
            ReportedStatement(
                statement.sql,
                statement.summary,
                str(statement.object),
                statement.destructive,
                (*statement.questions, *statement.hazards),
                statement.undo,
            )
            for statement in (reviewed.plan.statements if reviewed.plan else ())
        ),
        findings=tuple(map(as_reported, reviewed.findings)),
        unmanaged=tuple(str(each) for each in reviewed.unmanaged),
        generated=tuple(
            GeneratedFile(path, content.decode())
            for path, content in (reviewed.files.items() if wrote or offered else ())
        ),
        replayed_files=reviewed.replayed,
        replay_milliseconds=round(reviewed.replay_seconds * 1000, 1),
        left_out=len(reviewed.left_out),
        superseded=tuple(each.path for each in _superseded(reviewed)) if wrote else (),
        offered=offered,
    )


def _state(reviewed: Reviewed, *, wrote: bool) -> State:
    if reviewed.problem:
        return "unknown"
    if not reviewed.change.schema:
        return "no-schema"
    if reviewed.plan is None:
        return "unknown"
    if not reviewed.plan.statements and not reviewed.superseded:
        return "in-sync"
    return "generated" if wrote and (reviewed.files or reviewed.superseded) else "differs"


def _superseded(reviewed: Reviewed) -> tuple[MigrationFile, ...]:
    """What goes: an earlier file of the same name is only written anew."""
    return tuple(each for each in reviewed.superseded if each.path not in reviewed.files)


def _files(reviewed: Reviewed, *, wrote: bool) -> tuple[ReportedFile, ...]:
    counts = Counter(step.statement.path for step in reviewed.steps)
    written: FileStatus = "generated" if wrote else "missing"
    found = [
        *_changed(reviewed.change, counts),
        *(
            ReportedFile(path, written, counts[path], _sha256(content))
            for path, content in reviewed.files.items()
            if not path.endswith(f"/{checksum.NAME}")
        ),
        *(_untold(each, "replaced") for each in (_superseded(reviewed) if wrote else ())),
    ]
    return tuple(_once(found))


def _changed(change: ProjectChange, counts: Mapping[str, int]) -> Iterator[ReportedFile]:
    """What the pull request did to each file; one that lost a change set is edited."""
    found = change.files
    for each in found.added:
        yield ReportedFile(each.path, "new", counts[each.path], _sha256(each.content))
    yield from (_untold(each, "edited") for _, each in found.edited)
    before, after = (
        {each.path: each for each in (*side.files, *side.others, *side.aside)}
        for side in (change.base, change.head)
    )
    for each in found.touched:
        yield _untold(each, "edited" if each.path in before else "new")
    for each in found.removed:
        left = after.get(each.path)
        yield _untold(left, "edited") if left else _untold(each, "removed")


def _untold(file: MigrationFile, status: FileStatus) -> ReportedFile:
    """A file of which no statement is run."""
    return ReportedFile(file.path, status, 0, _sha256(file.content))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _once(found: Iterable[ReportedFile]) -> Iterator[ReportedFile]:
    """What is said first of each file: several change sets may be in one."""
    seen: set[str] = set()
    for each in found:
        if each.path not in seen:
            yield each
        seen.add(each.path)


def _steps(steps: tuple[Step, ...], production: Production) -> Iterator[ReportedStep]:
    """Each statement, but a long run of INSERTs with nothing to say of any as one."""
    for (inserts, path, _), several in groupby(steps, key=_run):
        together = tuple(several)
        if not inserts or len(together) < _LONG_RUN:
            yield from (_step(step, production) for step in together)
            continue
        first = _step(together[0], production)
        rows = [step.rows for step in together]
        yield replace(
            first,
            path=path,
            milliseconds=round(sum(step.seconds for step in together) * 1000, 1),
            rows=None if None in rows else sum(each or 0 for each in rows),
            statements=len(together),
        )


def _run(step: Step) -> tuple[bool, str, bool]:
    """What steps of one run have in common: (may be shown as one, path, executed)."""
    quiet = step.failure is None and step.observed == Observation()
    inserts = all(
        isinstance(each, Data) and each.verb.upper() == "INSERT" for each in step.operations
    )
    return quiet and inserts and bool(step.operations), step.statement.path, step.executed


def _step(step: Step, production: Production) -> ReportedStep:
    seen = step.observed
    failure = step.failure
    text = step.statement.text
    if step.statement.sensitive:
        text = without_literals(text)
    if any(isinstance(each, Data) for each in step.operations) and len(text) > _LONG_DATA:
        text = f"{text[:_LONG_DATA]}… ({len(text) - _LONG_DATA} more characters)"
    return ReportedStep(
        path=step.statement.path,
        line=step.statement.line,
        sql=text,
        outcome="not run" if not step.executed else "failed" if failure else "ok",
        milliseconds=round(step.seconds * 1000, 1),
        rows=step.rows,
        transactional=step.transactional,
        changes=tuple(_said(change) for change in seen.changes),
        rewritten=tuple(production.told(each) for each in seen.rewritten),
        locks=tuple(f"{lock.mode} on {production.told(lock.relation)}" for lock in seen.locks),
        error="" if failure is None else str(failure),
        held_milliseconds=round(step.held * 1000, 1),
        scanned=tuple(production.told(each) for each in seen.scanned),
        unfinished=tuple(_unfinished(seen.changes)),
        notices=step.notices[:_NOTICES],
        estimates=tuple(production.estimates(seen.rewritten, seen.scanned)),
        online=_online(seen, production),
        committed=seen.committed,
        metadata_locks=tuple(
            f"{lock.mode} on {production.told(lock.relation)}" for lock in seen.metadata_locks
        ),
        obstacles=tuple(ReportedObstacle(each.query, each.rows) for each in step.obstacles),
    )


def _online(seen: Observation, production: Production) -> str:
    ddl = seen.online
    if ddl is None:
        return ""
    why = f": {ddl.reason}" if ddl.reason else ""
    return f"{production.told(ddl.table)} by {ddl}{why}"


def _unfinished(changes: tuple[Change, ...]) -> Iterator[str]:
    """What a statement leaves behind that has no effect yet, or not on what was there."""
    for change in changes:
        new = change.new if isinstance(change, Create | Alter) else None
        if isinstance(new, Index) and not new.valid:
            yield f"{new.identity} is invalid: no query uses it"
        elif isinstance(new, Check | ForeignKey | DomainConstraint) and not new.valid:
            yield f"{new.identity} is not valid: earlier rows need not keep it"


def _said(change: Change) -> str:
    match change:
        case Create(new):
            return f"create {new.identity}"
        case Drop(old):
            return f"drop {old.identity}"
        case Alter(_, new):
            return f"alter {new.identity}"
        case Rename(old, new):
            return f"rename {old.identity} to {new.identity.qualified}"


def report(
    build: Build,
    head_sha: str,
    base: tuple[str, str],
    projects: tuple[ReportedProject, ...],
    fail_on: str,
    notices: tuple[str, ...] = (),
) -> Report:
    """The report of the whole run. `base` is the ref as it was given and its merge base."""
    pull_request = build.pull_request
    repository = build.repository
    return Report(
        tool_version=__version__,
        build=ReportedBuild(
            provider=build.provider,
            repository=repository.slug if repository else "",
            web_url=repository.web_url if repository else "",
            pull_request=pull_request.number if pull_request else 0,
            head_sha=head_sha,
            base=base[0],
            base_sha=base[1],
            run_url=build.run_url,
        ),
        projects=projects,
        fail_on=fail_on,  # type: ignore[arg-type]  # the option table allows just these words
        notices=notices,
    )
