"""Keep a report to a size that every reader of it takes: the worst findings stay."""

from __future__ import annotations

from dataclasses import replace

from ci_runner.report.model import Report, ReportedFinding

# GitHub shows 5,000 results of a SARIF file: docs.github.com, SARIF support for code scanning.
FINDINGS = 5_000
_WORST_FIRST = ("error", "warning", "note")


def bounded(report: Report, most: int = FINDINGS) -> Report:
    """`report` with `most` findings at most, and a notice of how many were left out.

    Notes go before warnings, warnings before errors, and of one severity the last ones first; of
    each rule its worst one stays. So the verdict stays what it was, and whoever looks for a rule,
    as an approval does, finds it.
    """
    found = [each for project in report.projects for each in project.findings]
    if len(found) <= most:
        return report
    ranked = sorted(range(len(found)), key=lambda at: _WORST_FIRST.index(found[at].severity))
    worst = {found[at].rule: at for at in reversed(ranked)}
    spoken_for = frozenset(worst.values())
    kept = frozenset(sorted(ranked, key=lambda at: at not in spoken_for)[:most])
    places = iter(range(len(found)))
    projects = tuple(
        replace(each, findings=_kept(each.findings, [next(places) in kept for _ in each.findings]))
        for each in report.projects
    )
    notice = (
        f"{len(found) - most} of {len(found)} findings are left out, the least severe first:"
        " `schema-ci lint` tells them all."
    )
    return replace(report, projects=projects, notices=(*report.notices, notice))


def _kept(findings: tuple[ReportedFinding, ...], kept: list[bool]) -> tuple[ReportedFinding, ...]:
    return tuple(each for each, stays in zip(findings, kept, strict=True) if stays)
