"""What a plan needs somebody's word for, and how it is given: for terminals and for comments."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.report.escape import code, fence, prose
from ci_runner.report.model import ReportedApproval


def approval_lines(approval: ReportedApproval) -> Iterator[str]:
    """Plain lines; none where no approval is needed."""
    if not approval.plan:
        return
    if approval.given:
        yield f"plan {approval.plan} is approved by {', '.join(approval.given)}"
        return
    yield f"needed for {', '.join(approval.reasons)}; plan {approval.plan}"
    if approval.problem:
        yield approval.problem
    for way in approval.ways:
        said = {"line": approval.line, "label": approval.label, "head": approval.head[:7]}
        yield f"by {_WAYS[way].format_map(said)}"


def approval_blocks(approval: ReportedApproval) -> Iterator[str]:
    """Markdown: the line to copy stands alone, so that it is copied whole."""
    if not approval.plan:
        return
    plan = f"plan {code(approval.plan)}"
    if approval.given:
        who = ", ".join(prose(each) for each in approval.given)
        yield f"**✅ Approved** by {who}: {plan}"
        return
    why = ", ".join(prose(reason) for reason in approval.reasons)
    yield f"**⏸️ An approval is needed** for {why}, by somebody who may write here; {plan}"
    if approval.problem:
        yield f"⚠️ {prose(approval.problem)}"
    said = {
        "review": f"- an approving review of commit {code(approval.head[:7])}",
        "label": f"- the label {code(approval.label)}",
        "comment": "- a comment that begins with this line:",
    }
    # The comment is the last, since its line stands below the list.
    ways = [said[way] for way in ("review", "label", "comment") if way in approval.ways]
    if ways:
        yield "\n".join(ways)
    if "comment" in approval.ways:
        yield fence(approval.line)


_WAYS = {
    "review": "an approving review of commit {head}",
    "label": "the label {label}",
    "comment": "a comment that begins with the line {line}",
}
