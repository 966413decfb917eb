"""What a change of the policy lets pass that it did not before."""

from __future__ import annotations

from datetime import date

import pytest

from ci_runner.config.approval import ApprovalPolicy
from ci_runner.config.assume import Assumed
from ci_runner.config.policy import Exemption, LintPolicy, TeamRule
from ci_runner.pipeline.policy import loosened

TABLES = Exemption((), (), ("x",), "r", date(2999, 1, 1))
RULE = TeamRule("pk", "table", "true", "no key")


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            LintPolicy(),
            LintPolicy(rules={"drop-table": "off"}),
            "drop-table falls from error to off",
        ),
        (
            LintPolicy(groups={"safety": "error"}),
            LintPolicy(groups={"safety": "note"}, rules={"drop-table": "error"}),
            "rule drop-column falls from error to note",
        ),
        (
            LintPolicy(),
            LintPolicy(rules={"unused-ignore": "note"}),
            "rule unused-ignore falls from warning to note",
        ),
        (
            LintPolicy(fail_on="warning"),
            LintPolicy(fail_on="never"),
            "fail-on rises from warning to never",
        ),
        (LintPolicy(require_reason=True), LintPolicy(), "need no reason any more"),
        (LintPolicy(), LintPolicy(baseline="b.json"), "b.json becomes the baseline"),
        (
            LintPolicy(),
            LintPolicy(exemptions=(Exemption((), (), ("x",), "gone"),)),
            "tables x is excepted for ever: gone",
        ),
        (
            LintPolicy(exemptions=(TABLES,)),
            LintPolicy(exemptions=(Exemption((), (), ("x",), "r", date(2999, 12, 31)),)),
            "tables x is excepted until 2999-12-31: r",
        ),
        (LintPolicy(team_rules=(RULE,)), LintPolicy(), "rule pk is removed"),
        (
            LintPolicy(options={"bad-types": {"forbidden": ("money",)}}),
            LintPolicy(),
            "rule bad-types gets other options",
        ),
        (
            LintPolicy(),
            LintPolicy(assumed=Assumed("14.2", {"users": 3})),
            "production is assumed to be otherwise: version 14.2, 3 rows in users",
        ),
        (
            LintPolicy(team_rules=(RULE,)),
            LintPolicy(team_rules=(TeamRule("pk", "table", "true", "no key", severity="note"),)),
            "rule pk falls from warning to note",
        ),
        (
            LintPolicy(team_rules=(RULE,)),
            LintPolicy(team_rules=(TeamRule("pk", "table", "true", "no key", "false"),)),
            "rule pk asks for something else",
        ),
        (
            LintPolicy(approval=ApprovalPolicy(("destructive", "drop-table"))),
            LintPolicy(approval=ApprovalPolicy(("destructive",))),
            "drop-table needs no approval any more",
        ),
        (
            LintPolicy(approval=ApprovalPolicy(("destructive",), ("review",))),
            LintPolicy(approval=ApprovalPolicy(("destructive",), ("review", "label"))),
            "a label can approve as well",
        ),
        (
            LintPolicy(approval=ApprovalPolicy(("destructive",))),
            LintPolicy(approval=ApprovalPolicy(("destructive",), self_approve=True)),
            "who opens a pull request can approve its plan",
        ),
    ],
)
def test_each_way_to_loosen_the_policy_is_said(
    before: LintPolicy, after: LintPolicy, said: str
) -> None:
    assert any(said in message for message, _ in loosened(before, after))


@pytest.mark.parametrize(
    "after",
    [
        LintPolicy(exemptions=(TABLES,)),
        LintPolicy(),
        LintPolicy(fail_on="note", require_reason=True, rules={"drop-index-blocking": "error"}),
        LintPolicy(team_rules=(RULE,)),
        LintPolicy(approval=ApprovalPolicy(("destructive",), ("label",), self_approve=True)),
    ],
)
def test_a_policy_that_stays_or_gets_tighter_loosens_nothing(after: LintPolicy) -> None:
    assert [] == list(loosened(LintPolicy(exemptions=(TABLES,)), after))
