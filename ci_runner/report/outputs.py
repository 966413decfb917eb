"""What a run leaves for later steps of its job: the names and what they hold."""

from __future__ import annotations

from ci_runner.report.model import Report
from ci_runner.report.plan_hash import plan_hash
from ci_runner.report.verdict import changed, verdict

OUTPUTS = {
    "outcome": "pass, warn, wait (for an approval) or fail",
    "errors": "how many findings are errors",
    "warnings": "how many findings are warnings",
    "destructive": "how many statements lose data",
    "changed": "true where the change has anything to review, else false",
    "stale": "true where a newer head is under review and this run decides nothing",
    "plan-hash": "names the SQL that was reviewed: another hash is another plan",
    "commit-sha": "the commit that brought the missing migration, or empty",
    "commit-verified": "true where that commit was read back and holds our files and nothing else",
    "needs-retrigger": "true where no workflow starts for that commit, which GITHUB_TOKEN made",
    "comment-url": "the pull request comment, or empty",
    "check-url": "the check, or empty",
    "report-path": "report.json, or empty",
}


def result_outputs(report: Report) -> dict[str, str]:
    """Those that the report alone tells."""
    result = verdict(report)
    return {
        "outcome": result.outcome,
        "errors": str(result.errors),
        "warnings": str(result.warnings),
        "destructive": str(result.destructive),
        "changed": truth(changed(report)),
        "plan-hash": plan_hash(report),
    }


def truth(value: object) -> str:
    return "true" if value else "false"
