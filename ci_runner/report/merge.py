"""Make one report of those that several jobs have written for one commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ci_runner.errors import UsageError
from ci_runner.frozen import frozen
from ci_runner.report.model import Report, ReportedApproval, ReportedProject
from ci_runner.report.sound import shard

# Here saying nothing does not contradict: a report that was not parted holds whole projects.
_MAY_BE_SILENT = frozenset({"number of parts", "commit of ours"})
_STRICTEST = ("note", "warning", "error", "never")


@frozen
class Expected:
    """What must be there, or the merged report has gaps: so many reports, and these projects."""

    reports: int = 0
    projects: tuple[str, ...] = ()


_ANY = Expected()


def merge(reports: Sequence[Report], expected: Expected = _ANY) -> Report:
    """One report of all projects, the same in whatever order and however often each is given.

    Where the severity from which a run fails differs, the strictest counts. What is `expected` and
    lacking, a part `2/3` included, becomes a gap. Raises UsageError for reports that are not of one
    commit, base and version, and for two that say different things of one project.
    """
    distinct = tuple(dict.fromkeys(reports))
    if not distinct:
        raise UsageError("there is no report to merge", next_step="name the folders of the jobs")
    first = distinct[0]
    for what, same in _SAME.items():
        _refuse_other(what, {same(each) for each in distinct})
    projects = _projects(distinct)
    merged = replace(
        first,
        build=replace(first.build, run_url=_shared(each.build.run_url for each in distinct)),
        projects=projects,
        fail_on=min((each.fail_on for each in distinct), key=_STRICTEST.index),
        notices=_union(each.notices for each in distinct),
        committed=max(each.committed for each in distinct),
        approval=ReportedApproval(),
        shards=_union(each.shards for each in distinct),
        reported_by=max(each.reported_by for each in distinct),
    )
    told = _union(each.gaps for each in distinct)
    lacking = (*_lacking(merged, len(distinct), expected), *missing_shards(merged.shards))
    return replace(merged, gaps=_union((told, lacking)))


def missing_shards(shards: tuple[str, ...]) -> tuple[str, ...]:
    """A gap for each part of the whole that is not there."""
    parts = {part for each in shards if (part := shard(each))}
    totals = {total for _, total in parts}
    return tuple(
        f"part {index} of {total} is not in the report"
        for total in sorted(totals)
        for index in range(1, total + 1)
        if (index, total) not in parts
    )


_SAME: dict[str, Callable[[Report], str]] = {
    "version of schema-ci": lambda each: each.tool_version,
    "repository": lambda each: each.build.repository,
    "pull request": lambda each: str(each.build.pull_request),
    "head": lambda each: each.build.head_sha,
    "base": lambda each: f"{each.build.base} {each.build.base_sha}".strip(),
    "provider": lambda each: each.build.provider,
    "page of the repository": lambda each: each.build.web_url,
    "commit of ours": lambda each: each.committed,
    "number of parts": lambda each: " ".join(sorted({x.partition("/")[2] for x in each.shards})),
}


def _refuse_other(what: str, found: set[str]) -> None:
    said = found - {""} if what in _MAY_BE_SILENT else found
    if len(said) > 1:
        raise UsageError(
            f"the reports are not of one {what}",
            where="\n".join(sorted(each or "(none)" for each in said)),
            next_step="merge only what the jobs of one run have written",
        )


def _projects(reports: Iterable[Report]) -> tuple[ReportedProject, ...]:
    found: dict[str, ReportedProject] = {}
    for project in (each for report in reports for each in report.projects):
        if found.setdefault(project.name, project) != project:
            raise UsageError(
                "two reports say different things of one project",
                where=project.name,
                next_step="let one job review each project",
            )
    return tuple(found[name] for name in sorted(found))


def _lacking(merged: Report, reports: int, expected: Expected) -> tuple[str, ...]:
    there = {project.name for project in merged.projects}
    gaps = [
        f"project {name} is not in the report"
        for name in sorted(set(expected.projects))
        if name not in there
    ]
    if expected.reports and reports > expected.reports:
        raise UsageError(
            f"{reports} reports are there, {expected.reports} were expected",
            next_step="remove what is left of an earlier run",
        )
    if reports < expected.reports:
        gaps.append(f"{reports} of {expected.reports} reports are there")
    return tuple(gaps)


def _union(several: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({each for one in several for each in one}))


def _shared(texts: Iterable[str]) -> str:
    """What all say, "" where they differ."""
    found = set(texts)
    return found.pop() if len(found) == 1 else ""
