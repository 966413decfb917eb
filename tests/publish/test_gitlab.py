"""A run from its start to its end against GitLab: calls counted, and every call made to fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ci_runner.config.comments import Comments
from ci_runner.config.commits import Commits
from ci_runner.context import Build, PullRequest
from ci_runner.forges.gitlab_job import Job
from ci_runner.publish.awaited import awaited_check
from ci_runner.publish.outcome import Failed, Outcome, Published, Skipped
from ci_runner.publish.publish import PublishSettings, announce, commit
from ci_runner.publish.talk import Talk
from ci_runner.report.markdown import render
from ci_runner.report.model import GeneratedFile, Report, ReportedFile
from tests.forges.gitlab_scene import BRANCH, GitLabScene, gitlab_scene  # noqa: F401 - a fixture
from tests.publish.conftest import a_report

FILE = GeneratedFile("db/migrations/1_add.sql", "CREATE TABLE t (id int);\n")
NAME = "schema-ci / all"
READS = {"GET"}
# Status and whether the write took place; 0 cuts the connection.
FAULTS = [(401, False), (403, False), (404, False), (409, False), (422, False), (429, False)]
FAULTS += [(500, False), (502, True), (0, True)]


@dataclass
class Run:
    """One job for the head that GitLab has now, and what it told."""

    scene: GitLabScene
    pipeline: int = 88
    pushes: bool = False
    outcomes: tuple[Outcome, ...] = ()
    warnings: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        head, slug = self.scene.head(), "acme/shop"
        self.head = head
        event = PullRequest(7, head, BRANCH, slug, head, "main", slug)
        where = self.scene.repository()
        url = f"{where.web_url}/-/jobs/5"
        build = Build("gitlab-ci", where, event, run_id=str(self.pipeline), run_url=url)
        self.scene.fake.pipelines[self.pipeline] = head
        push = self.scene.checkout().push_files if self.pushes else None
        forge = self.scene.forge(job=Job(self.pipeline, head, head), push=push)
        self.talk = Talk(forge, build, event)

    def publish(self, report: Report, **comments: Any) -> tuple[Outcome, ...]:
        settings = PublishSettings(
            ("db/migrations",),
            ("db/migrations",),
            commits=Commits("push"),
            comments=Comments(**comments),
        )
        now = datetime(2026, 1, 1, tzinfo=UTC)
        with awaited_check(self.talk, NAME, self.warnings.append) as awaited:
            committed = commit(report, self.talk, settings)
            told = announce(committed, self.talk, settings, render, now, awaited)
        self.outcomes = committed.outcome, *told
        return self.outcomes


def missing() -> Report:
    """Of a change whose missing migration was written, to be committed."""
    report = a_report(FILE, new="")
    file = ReportedFile(FILE.path, "generated", 1, "0" * 64)
    project = replace(report.projects[0], state="generated", files=(file,))
    return replace(report, projects=(project,))


def calls(scene: GitLabScene, report: Report) -> list[tuple[str, str]]:
    start = len(scene.fake.requests)
    Run(scene).publish(report)
    return scene.fake.requests[start:]


def newest(scene: GitLabScene, sha: str) -> str:
    """What the status of a commit is; "" for none."""
    found = [each["status"] for each in scene.fake.statuses if each["sha"] == sha]
    return found[-1] if found else ""


def test_a_first_run_takes_few_calls_and_an_unchanged_one_writes_nothing(
    gitlab_scene: GitLabScene,  # noqa: F811 - the fixture
) -> None:
    first, again = calls(gitlab_scene, a_report()), calls(gitlab_scene, a_report())

    assert 12 >= len(first), first
    assert 6 >= len(again), again
    assert [] == [each for each in again if each[0] not in READS]


def test_a12_b11_the_result_stands_on_the_commit_that_was_made(
    gitlab_scene: GitLabScene,  # noqa: F811 - the fixture
) -> None:
    run = Run(gitlab_scene)

    outcomes = run.publish(missing())

    assert [Published] * 3 == [type(each) for each in outcomes]
    assert ("success", "canceled") == (
        newest(gitlab_scene, gitlab_scene.head()),
        newest(gitlab_scene, run.head),
    )


def test_a7_a_run_that_was_overtaken_writes_nothing_but_the_end_of_its_check(
    gitlab_scene: GitLabScene,  # noqa: F811 - the fixture
) -> None:
    run = Run(gitlab_scene)
    gitlab_scene.move(gitlab_scene.work(README="more\n"))

    outcomes = run.publish(missing())

    assert [True] * 3 == [isinstance(each, Skipped) and each.stale for each in outcomes]
    assert [] == gitlab_scene.fake.notes
    assert "canceled" == newest(gitlab_scene, run.head)


def test_a8_two_first_runs_leave_one_note(
    gitlab_scene: GitLabScene,  # noqa: F811 - the fixture
) -> None:
    first, second = Run(gitlab_scene), Run(gitlab_scene)
    second.talk.now()

    first.publish(a_report())
    second.publish(a_report())

    assert 1 == len(gitlab_scene.fake.notes)


def test_a4_a_note_of_before_is_folded_once_and_a_new_one_written(
    gitlab_scene: GitLabScene,  # noqa: F811 - the fixture
) -> None:
    for pipeline in (88, 89, 90):
        report = replace(a_report(), notices=(f"pipeline {pipeline}",))
        Run(gitlab_scene, pipeline).publish(report, mode="hide-and-new")

    folded = [
        note["body"].count("<details><summary>Superseded") for note in gitlab_scene.fake.notes
    ]
    assert [1, 1, 0] == folded


def typical(scene: GitLabScene) -> list[tuple[str, str]]:
    """Every call of a run that commits, comments and checks, once each."""
    return list(dict.fromkeys(calls(scene, missing())))


def faults(verb: str) -> Iterator[tuple[int, bool]]:
    """A call that only reads is tried again, and has one way to fail for good."""
    yield from [(0, False)] if verb in READS else FAULTS


def test_every_call_may_fail_and_nothing_is_doubled_lost_or_wrongly_green(
    gitlab_scene: GitLabScene,  # noqa: F811 - the fixture
) -> None:
    scene, before = gitlab_scene, gitlab_scene.head()
    for verb, path in typical(scene):
        for status, after_write in faults(verb):
            reset(scene, before)
            # A commit that we make has another name in each run.
            same = re.sub(r"[0-9a-f]{40}", "[0-9a-f]{40}", re.escape(path)) + "$"
            headers = {"Retry-After": "1"}
            times = 9 if verb in READS else 1
            scene.fake.fail(verb, same, status, times, after_write=after_write, headers=headers)
            run = Run(scene)
            run.publish(missing())
            assert times > scene.fake.faults[0].times, "the call was made to fail"
            assert_sound(scene, run, f"{verb} {path} {status}")
            assert_heals(scene, f"{verb} {path} {status}")


def reset(scene: GitLabScene, head: str) -> None:
    scene.move(head)
    for each in (scene.fake.comments, scene.fake.statuses, scene.fake.faults):
        each.clear()


def assert_sound(scene: GitLabScene, run: Run, case: str) -> None:
    made = scene.head() != run.head
    assert 1 >= len(scene.fake.notes), case
    if made:
        assert run.head == scene.fake.git("rev-parse", f"{scene.head()}^"), case
    # Without the commit a migration is missing: the head that was reviewed is never green.
    assert "success" != newest(scene, run.head), case
    committed, _, check = run.outcomes
    if isinstance(check, Published):
        assert ("success" if made else "failed") == newest(scene, scene.head()), case
    elif made and isinstance(check, Skipped):
        # It could not be seen that the commit holds what it should: the run fails for that.
        assert isinstance(committed, Failed), case
        assert committed.fatal, case
    if isinstance(committed, Published):
        assert made, case


def assert_heals(scene: GitLabScene, case: str) -> None:
    """The next run, without faults, leaves what a run without faults would have left."""
    scene.fake.faults.clear()
    there = bool(scene.fake.git("ls-tree", scene.head(), "--", FILE.path))
    run = Run(scene)
    run.publish(a_report() if there else missing())
    assert 1 == len(scene.fake.notes), case
    assert "success" == newest(scene, scene.head()), case
    assert [] == [each for each in run.outcomes if isinstance(each, Failed)], case


@pytest.mark.parametrize("path", ["README", "db/migrations/0_theirs.sql"])
@pytest.mark.parametrize("way", ["api", "push"])
def test_a7_b7_b16_a_head_that_moves_before_any_call_gets_nothing_wrong(
    way: str,
    path: str,
    gitlab_scene: GitLabScene,  # noqa: F811 - the fixture
) -> None:
    """A person pushes while a run goes on: their work is the head in the end, or under ours.

    Where the migration was made from what they changed, nothing is told of the head before.
    """
    scene, start = gitlab_scene, gitlab_scene.head()
    place, moved = 0, True
    while moved:
        reset(scene, start)
        place, moved, first = (
            place + (2 if path == "README" else 1),
            False,
            len(scene.fake.requests),
        )
        run, theirs = Run(scene, pushes=way == "push"), scene.work(**{path: "SELECT 0;\n"})

        def push(_: int, first: int = first, place: int = place, theirs: str = theirs) -> None:
            nonlocal moved
            if len(scene.fake.requests) - first == place and scene.head() == start:
                scene.move(theirs)
                moved = True

        scene.fake.before_answer = push
        committed, *told = run.publish(missing())

        case = f"{path} before call {place}"
        history = scene.fake.git("rev-list", f"{start}..{scene.head()}").split()
        assert len(history) <= 2, case
        assert (theirs in history) == moved, case
        assert isinstance(committed, Published) == (newest(scene, scene.head()) == "success"), case
        assert "success" != newest(scene, start), case
        if moved and path != "README":
            assert [] == scene.fake.notes, case
            assert [True] * 3 == [
                isinstance(each, Skipped) and each.stale for each in (committed, *told)
            ], case
    assert place > 6
