"""A plan that needs somebody's word gets it from who may write, for this plan and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ci_runner.config.approval import ApprovalPolicy
from ci_runner.config.commits import Commits
from ci_runner.context import Sha
from ci_runner.errors import ExitCode
from ci_runner.pipeline.run import exit_code
from ci_runner.publish.approval import needed, sought
from ci_runner.publish.outcome import Skipped
from ci_runner.publish.publish import Committed, PublishSettings, announce, approved, commit
from ci_runner.publish.talk import Talk
from ci_runner.report.markdown import render
from ci_runner.report.model import (
    GeneratedFile,
    Report,
    ReportedApproval,
    ReportedFile,
    ReportedFinding,
    ReportedStep,
)
from ci_runner.report.plan_hash import plan_hash
from ci_runner.report.text import render as text
from ci_runner.report.verdict import verdict
from tests.publish.conftest import INPUTS, Scene, a_report

DESTRUCTIVE = ApprovalPolicy(("destructive",))
ADDED = GeneratedFile("db/migrations/2_b.sql", "CREATE TABLE u (id int);\n")
FILE = ReportedFile("db/migrations/1_drop.sql", "new", 1, "ab" * 32)


def a_plan(sql: str = "DROP TABLE users", *files: ReportedFile) -> Report:
    step = ReportedStep(FILE.path, 1, sql, "ok", changes=("drop table users",))
    report = a_report()
    project = replace(report.projects[0], steps=(step,), files=files or (FILE,))
    return replace(report, projects=(project,))


def asked(scene: Scene, policy: ApprovalPolicy = DESTRUCTIVE) -> ReportedApproval:
    return needed(a_plan(), policy, scene.fake.head())


def given(scene: Scene, policy: ApprovalPolicy = DESTRUCTIVE) -> tuple[str, ...]:
    return sought(asked(scene, policy), scene.forge(), 7, policy).given


def comment(scene: Scene, login: str, text: str) -> None:
    scene.fake.add_comment(text, login)


def test_nothing_is_asked_of_a_plan_that_destroys_nothing_nor_where_nothing_is_required(
    scene: Scene,
) -> None:
    assert "" == needed(a_report(), DESTRUCTIVE, "c").plan
    assert "" == needed(a_plan(), ApprovalPolicy(), "c").plan
    scene.fake.requests.clear()
    sought(ReportedApproval(), scene.forge(), 7, DESTRUCTIVE)
    assert [] == scene.fake.requests


def test_a_comment_with_the_plan_by_somebody_who_may_write_approves(scene: Scene) -> None:
    scene.fake.words.rights["alice"] = "write"
    comment(scene, "alice", f"{asked(scene).line}\nlooks right to me")

    assert ("alice (comment)",) == given(scene)


def test_a_review_of_this_head_approves_and_one_of_an_earlier_does_not(scene: Scene) -> None:
    scene.fake.words.rights |= {"alice": "admin", "bob": "write"}
    scene.fake.words.review("bob", scene.fake.head("main"))
    assert () == given(scene)

    scene.fake.words.review("alice", scene.fake.head())

    assert ("alice (review)",) == given(scene)


@pytest.mark.parametrize("state", ["CHANGES_REQUESTED", "DISMISSED"])
def test_a_review_that_was_taken_back_does_not_count(scene: Scene, state: str) -> None:
    scene.fake.words.rights["alice"] = "write"
    scene.fake.words.review("alice", scene.fake.head())
    scene.fake.words.review("alice", scene.fake.head(), "COMMENTED")
    assert ("alice (review)",) == given(scene)

    scene.fake.words.review("alice", scene.fake.head(), state)

    assert () == given(scene)


def test_the_label_of_the_plan_approves_until_it_is_taken_off(scene: Scene) -> None:
    scene.fake.words.rights["alice"] = "write"
    label = asked(scene).label
    assert 50 == len(label)
    scene.fake.words.label("mallory", label)
    scene.fake.words.label("alice", label)
    assert ("alice (label)",) == given(scene)

    scene.fake.words.label("bob", label, "unlabeled")

    assert () == given(scene)


def edited(scene: Scene) -> None:
    scene.fake.words.rights["alice"] = "write"
    comment(scene, "alice", asked(scene).line)
    scene.fake.comments[-1]["updated_at"] = "2030-01-01T00:00:00Z"


def by_a_bot(scene: Scene) -> None:
    scene.fake.words.rights["robot[bot]"] = "write"
    scene.fake.words.bots.add("robot[bot]")
    comment(scene, "robot[bot]", asked(scene).line)


def by_the_author(scene: Scene) -> None:
    comment(scene, "Jo", asked(scene).line)
    scene.fake.words.rights["Jo"] = "admin"


def by_a_reader(scene: Scene) -> None:
    scene.fake.words.rights["alice"] = "read"
    comment(scene, "alice", asked(scene).line)


def by_a_stranger(scene: Scene) -> None:
    comment(scene, "mallory", asked(scene).line)


def of_another_plan(scene: Scene) -> None:
    scene.fake.words.rights["alice"] = "write"
    comment(scene, "alice", f"/schema-ci approve {'0' * 40}")
    scene.fake.words.label("alice", f"schema-ci:{'0' * 40}")


def below_the_first_line(scene: Scene) -> None:
    scene.fake.words.rights["alice"] = "write"
    comment(scene, "alice", f"> quoting\n{asked(scene).line}")
    comment(scene, "alice", f" {asked(scene).line}")
    comment(scene, "alice", f"{asked(scene).line} and more")


@pytest.mark.parametrize(
    "word",
    [
        edited,
        by_a_bot,
        by_the_author,
        by_a_reader,
        by_a_stranger,
        of_another_plan,
        below_the_first_line,
    ],
)
def test_t22_what_must_not_count_does_not(scene: Scene, word: Callable[[Scene], None]) -> None:
    word(scene)

    assert () == given(scene)


def test_the_author_may_approve_where_the_policy_lets_them(scene: Scene) -> None:
    comment(scene, "jo", asked(scene).line)

    assert ("jo (comment)",) == given(scene, replace(DESTRUCTIVE, self_approve=True))


def test_a_way_that_the_policy_does_not_name_is_not_looked_at(scene: Scene) -> None:
    scene.fake.words.rights["alice"] = "write"
    scene.fake.words.review("alice", scene.fake.head())

    assert () == given(scene, ApprovalPolicy(("destructive",), ("comment",)))
    assert not any(path.endswith("/reviews") for _, path in scene.fake.requests)


def test_rights_that_can_not_be_known_are_none(scene: Scene) -> None:
    scene.fake.words.rights["alice"] = "write"
    comment(scene, "alice", asked(scene).line)
    scene.fake.fail("GET", "/permission", 403, message="Resource not accessible by integration")

    found = sought(asked(scene), scene.forge(), 7, DESTRUCTIVE)

    assert found.is_awaited
    assert "GitHub refuses to tell what alice may do: HTTP 403" in found.problem


def test_t25_each_change_of_what_would_be_merged_is_another_plan() -> None:
    report = a_plan()
    other = replace(FILE, sha256="cd" * 32)
    build = replace(report.build, base_sha="f" * 40)

    hashes = {
        plan_hash(each)
        for each in (
            report,
            a_plan("DROP TABLE users", other),
            a_plan("DROP TABLE users", FILE, other),
            a_plan("DROP TABLE users", other, FILE),
            replace(report, build=build),
        )
    }

    assert 5 == len(hashes)
    assert {40} == {len(each) for each in hashes}


def test_a_file_that_only_moves_or_is_committed_meanwhile_is_the_same_plan() -> None:
    renamed = replace(FILE, path="db/migrations/9_drop.sql")
    generated = replace(FILE, status="generated")
    taken_back = ReportedFile("db/migrations/0_x.sql", "replaced", 0, "0")

    hashes = {
        plan_hash(a_plan("DROP TABLE users", *files))
        for files in ((FILE,), (renamed,), (generated,), (generated, taken_back))
    }

    assert 1 == len(hashes)


@pytest.mark.parametrize(
    ("require", "reasons"),
    [
        (("destructive",), ("1 destructive statement",)),
        (("policy",), ("1 destructive statement", "findings of drop-table")),
        (("naming",), ("findings of naming",)),
        (("drop-column",), ()),
    ],
)
def test_what_needs_an_approval_is_what_the_policy_says(
    require: tuple[str, ...], reasons: tuple[str, ...]
) -> None:
    report = a_plan()
    findings = (
        ReportedFinding("drop-table", "warning", "m", FILE.path, 1, 1),
        ReportedFinding("naming", "note", "m", FILE.path, 1, 1),
    )
    report = replace(report, projects=(replace(report.projects[0], findings=findings),))

    assert reasons == needed(report, ApprovalPolicy(require), "c").reasons


def test_the_check_waits_for_an_approval_and_then_says_whose_it_is(scene: Scene) -> None:
    report = a_plan()
    settings = PublishSettings(("db/migrations",), INPUTS)

    def publish() -> Report:
        talk = talking(scene)
        committed = approved(commit(report, talk, settings), talk, DESTRUCTIVE)
        announce(committed, talk, settings, render, datetime(2026, 1, 1, tzinfo=UTC))
        return committed.report

    waiting = publish()
    line = waiting.approval.line
    assert ExitCode.UNAPPROVED == exit_code(waiting)
    assert line in scene.fake.comments[0]["body"].splitlines()
    (check,) = scene.fake.check_runs
    assert "action_required" == check["conclusion"]
    assert line in check["output"]["summary"].splitlines()

    scene.fake.words.rights["alice"] = "write"
    comment(scene, "alice", line)
    done = publish()

    assert ExitCode.OK == exit_code(done)
    assert "neutral" == scene.fake.check_runs[-1]["conclusion"]
    assert "Approved** by alice" in scene.fake.check_runs[-1]["output"]["summary"]
    assert "approved by alice (comment)" in text(done, color=False)


def test_a_plan_that_fails_anyway_fails_and_says_that_it_waits_too(scene: Scene) -> None:
    report = replace(a_plan(), approval=asked(scene))
    broken = replace(report, projects=(replace(report.projects[0], state="differs"),))

    assert ("wait", "fail") == (verdict(report).outcome, verdict(broken).outcome)
    assert "waits for an approval" in verdict(broken).sentence


def test_what_a_report_says_of_its_own_approval_is_not_believed(scene: Scene) -> None:
    forged = replace(a_plan(), approval=ReportedApproval("0" * 40, ("x",), given=("root",)))
    committed = Committed(forged, Sha(scene.fake.head()), Skipped("commit", "off"))

    found = approved(committed, talking(scene), DESTRUCTIVE)

    assert found.report.approval.is_awaited


def test_b11_what_the_jobs_own_token_commits_starts_no_workflow_and_the_comment_says_so(
    scene: Scene,
) -> None:
    settings = PublishSettings(("db/migrations",), INPUTS, commits=Commits("push"))
    scene.fake.login = "github-actions[bot]"

    made = commit(a_report(ADDED), talking(scene), settings)

    assert "GitHub App" in render(made.report)


def test_b11_what_an_app_commits_is_seen_by_all_workflows(scene: Scene) -> None:
    settings = PublishSettings(("db/migrations",), INPUTS, commits=Commits("push"))

    made = commit(a_report(ADDED), talking(scene), settings)

    assert made.report.committed
    assert () == made.report.notices


def talking(scene: Scene) -> Talk:
    build = scene.build()
    assert build.pull_request is not None
    return Talk(scene.forge(), build, build.pull_request)
