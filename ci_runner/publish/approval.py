"""Whether a plan that needs somebody's word has it: bound to the plan, given by who may write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.config.approval import DESTRUCTIVE, POLICY, ApprovalPolicy
from ci_runner.errors import ForgeError
from ci_runner.forges.approving import Approval, Approving
from ci_runner.forges.base import Forge
from ci_runner.report.destruction import destructive
from ci_runner.report.model import Report, ReportedApproval
from ci_runner.report.plan_hash import plan_hash
from ci_runner.report.verdict import count

_UNKNOWN = "this forge does not tell who approved what: nothing can be approved here"


def needed(report: Report, policy: ApprovalPolicy, head: str) -> ReportedApproval:
    """What `report` needs an approval for; its `plan` is "" where that is nothing.

    `head` is the commit that a review has to be of.
    """
    reasons = tuple(_reasons(report, policy.require))
    if not reasons:
        return ReportedApproval()
    return ReportedApproval(plan_hash(report), reasons, policy.by, head=head)


def unasked(asked: ReportedApproval, why: str) -> ReportedApproval:
    """`asked` where there is no forge to look at: it stays without."""
    return replace(asked, problem=f"nobody can be asked: {why}") if asked.plan else asked


def sought(
    asked: ReportedApproval, forge: Forge, number: int, policy: ApprovalPolicy
) -> ReportedApproval:
    """`asked` with who gave it, or with why that can't be known: then it counts as not given."""
    if not asked.plan:
        return asked
    if not isinstance(forge, Approving):
        return replace(asked, problem=_UNKNOWN)
    try:
        author = "" if policy.self_approve else forge.author(number)
        if not author and not policy.self_approve:
            return replace(asked, problem="who opened the pull request is not known")
        said = [each for each in forge.approvals(number, policy.by) if _counts(each, asked, author)]
        may = {login: forge.may_write(login) for login in sorted({each.author for each in said})}
    except ForgeError as refused:
        problem = f"who approved what can't be known: {refused.what}"
        return replace(asked, problem=problem)
    given = (f"{each.author} ({each.way})" for each in said if may[each.author])
    return replace(asked, given=tuple(dict.fromkeys(given)))


def _reasons(report: Report, require: tuple[str, ...]) -> Iterator[str]:
    """Why an approval is needed, in our own words and names of rules."""
    losses = sum(len(destructive(project)) for project in report.projects)
    if losses and {DESTRUCTIVE, POLICY} & set(require):
        yield count(losses, "destructive statement")
    findings = [finding for project in report.projects for finding in project.findings]
    for rule in dict.fromkeys(finding.rule for finding in findings):
        worst = {finding.severity for finding in findings if finding.rule == rule}
        if rule in require or (POLICY in require and worst & {"error", "warning"}):
            yield f"findings of {rule}"


def _counts(approval: Approval, asked: ReportedApproval, author: str) -> bool:
    """Whether it speaks of this plan, and is a person's other than the author's."""
    speaks = {
        "review": bool(asked.head) and approval.sha == asked.head,
        "label": approval.said == asked.label,
        "comment": approval.said == asked.line and not approval.edited,
    }
    is_person = bool(approval.author) and not approval.is_bot
    return speaks[approval.way] and is_person and approval.author.lower() != author.lower()
