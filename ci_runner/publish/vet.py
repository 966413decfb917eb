"""What may be believed of a report that another job wrote, and what is said instead of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ci_runner.config.model import Config
from ci_runner.config.touched import touched
from ci_runner.context import Build, PullRequest
from ci_runner.errors import SqlError
from ci_runner.lint.policy import severities
from ci_runner.lint.rule import Severity
from ci_runner.lint.rules import RULES
from ci_runner.migrations.reader import read_files
from ci_runner.publish.commit import without_generated
from ci_runner.report.merge import missing_shards
from ci_runner.report.model import (
    Report,
    ReportedApproval,
    ReportedBuild,
    ReportedFinding,
    SeverityName,
)

# What a job may say less of than its policy does, where the base's own file of sizes says so.
_WAITING = frozenset(rule.id for rule in RULES if rule.waits)


def vetted(
    report: Report,
    build: Build,
    pull: PullRequest,
    config: Config,
    changed: tuple[str, ...] | None,
    formats: Mapping[str, str],
) -> Report:
    """`report` as this build stands for it; `config` is the base branch's, `pull` the forge's own.

    Where it comes from, what it is merged into and what fails it is said anew. What the change
    touches, by the paths `changed` (None: too many to tell) and the `formats` of the projects'
    directories, and the report leaves out is a gap.
    A fork's job may have written anything: it speaks for itself only, and nothing of it is
    committed.
    """
    known = severities(config.policy)
    found = replace(
        report,
        build=_reported_build(report, build, pull),
        fail_on=config.fail_on,  # type: ignore[arg-type]  # the option table allows just these words
        gaps=_gaps(report, config, changed, formats),
        reported_by="",
        approval=ReportedApproval(),
        projects=tuple(
            replace(
                project,
                findings=tuple(_judged(each, known, config) for each in project.findings),
            )
            for project in report.projects
        ),
    )
    if not pull.is_fork:
        return found
    whose = pull.head_slug or "a fork that is gone"
    return replace(without_generated(found), reported_by=whose, notices=(), committed="")


def of_merge_group(
    report: Report,
    config: Config,
    changed: tuple[str, ...] | None,
    formats: Mapping[str, str],
) -> Report:
    """`report` of a commit that a merge queue made; nothing is committed to it."""
    return replace(
        without_generated(report),
        gaps=_gaps(report, config, changed, formats),
        fail_on=config.fail_on,  # type: ignore[arg-type]  # the option table allows just these words
        reported_by="",
        approval=ReportedApproval(),
    )


def _gaps(
    report: Report,
    config: Config,
    changed: tuple[str, ...] | None,
    formats: Mapping[str, str],
) -> tuple[str, ...]:
    left_out = _left_out(report, config, changed, formats)
    gaps = (*report.gaps, *missing_shards(report.shards), *left_out)
    return tuple(dict.fromkeys(gaps))


def _reported_build(report: Report, build: Build, pull: PullRequest) -> ReportedBuild:
    repository = build.repository
    return ReportedBuild(
        provider=build.provider,
        repository=repository.slug if repository else "",
        web_url=repository.web_url if repository else "",
        pull_request=pull.number,
        head_sha=pull.head_sha,
        base=pull.base_branch,
        base_sha=report.build.base_sha,
        run_url=build.upstream.run_url if build.upstream else build.run_url,
    )


def _judged(
    finding: ReportedFinding, known: Mapping[str, Severity], config: Config
) -> ReportedFinding:
    """With the severity that our policy sets for its rule, where it sets one."""
    severity = known.get(finding.rule, Severity.OFF)
    if severity is Severity.OFF or severity.rank <= Severity(finding.severity).rank:
        return finding
    if finding.severity == "note" and finding.rule in _WAITING and config.stats_file:
        return finding
    return replace(finding, severity=_NAMES[severity])


_NAMES: dict[Severity, SeverityName] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}


def _left_out(
    report: Report,
    config: Config,
    changed: tuple[str, ...] | None,
    formats: Mapping[str, str],
) -> Iterator[str]:
    """Projects that the change touches, and migration files of it, that the report lacks."""
    reported = {project.name: project for project in report.projects}
    for project in touched(config, changed):
        if (found := reported.get(project.name)) is None:
            yield f"project {project.name} is not in the report"
            continue
        named = {file.path for file in found.files}
        if found.state == "unknown" and not named:
            continue
        yield from (
            f"{path} is changed and not in the report"
            for path in _migrations(project.directory, formats[project.name], changed or ())
            if path not in named
        )


def _migrations(directory: str, format_: str, changed: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `changed` that a migration tool would run."""
    prefix = "" if directory == "." else f"{directory}/"
    names = [path.removeprefix(prefix) for path in changed if path.startswith(prefix)]
    # Whatever is in them: an empty file is no migration to Liquibase.
    files = {name: b";" for name in names if name.endswith(".sql")}
    try:
        return tuple(file.path for file in read_files(directory, format_, files).files)
    except SqlError:
        # Names that the tool refuses are the review's own finding, on a project without files.
        return ()
