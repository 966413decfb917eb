"""What a job of GitHub Actions gets from a run besides comment and commit, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ci_runner.errors import ExitCode
from ci_runner.publish.stamp import unstamped
from ci_runner.report.outputs import OUTPUTS
from tests.checkout import CHECKOUT
from tests.e2e.conftest import PullRequestScene
from tests.providers.test_github_job import runner_reads


def job_files(scene: PullRequestScene, folder: Path) -> tuple[Path, Path]:
    outputs, summary = folder / "outputs", folder / "summary"
    scene.environ |= {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
    return outputs, summary


def test_a11_b11_t9_t10_summary_outputs_and_masks_of_a_run_that_commits(
    scene: PullRequestScene, tmp_path: Path
) -> None:
    outputs, summary = job_files(scene, tmp_path)
    scene.fake.login = "github-actions[bot]"
    scene.environ["SCHEMA_CI_CACHE_SECRET"] = "planted-secret-of-the-cache"

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert ExitCode.OK == done.code, done.err
    found = runner_reads(outputs.read_text())
    assert OUTPUTS.keys() == found.keys()
    (comment,) = scene.fake.comments
    expected = {
        "outcome": "pass",
        "errors": "0",
        "changed": "true",
        "stale": "false",
        "commit-sha": scene.fake.head(),
        "commit-verified": "true",
        "needs-retrigger": "true",
        "comment-url": comment["html_url"],
        "check-url": scene.fake.check_runs[-1]["html_url"],
        "report-path": str(scene.checkout.root / "schema-ci-report" / "report.json"),
    }
    assert expected == {name: found[name] for name in expected}
    assert unstamped(comment["body"].partition("\n")[2]) == summary.read_text()
    assert "::add-mask::planted-secret-of-the-cache\n" in done.err
    assert 1 == done.said.count("planted-secret-of-the-cache")
    assert 12 >= len(scene.fake.requests)


def test_a14_a18_without_leave_to_write_findings_are_workflow_commands(
    scene: PullRequestScene, tmp_path: Path
) -> None:
    outputs, summary = job_files(scene, tmp_path)
    scene.checkout.write("migrations/20260202000000_d.sql", "DROP TABLE users;\n")
    scene.checkout.run("hash")
    scene.checkout.commit()
    scene.push()
    scene.fake.fail("POST", "/(check-runs|statuses|comments)", 403, times=99)

    done = scene.run()

    assert ExitCode.FORGE == done.code
    lines = [line for line in done.out.splitlines() if line.startswith("::")]
    assert any("::error file=migrations/20260202000000_d.sql,title=drop-table" in x for x in lines)
    assert "fail" == runner_reads(outputs.read_text())["outcome"]
    assert "drop&#45;table" in summary.read_text() or "drop-table" in summary.read_text()


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, ExitCode.INTERRUPTED)],
)
def test_a12_a_job_that_is_cancelled_leaves_no_check_in_progress(
    scene: PullRequestScene, number: int, code: int
) -> None:
    scene.run("rules")  # for the environment of a job
    scene.fake.fail("POST", "/graphql", 200, seconds=20)
    with subprocess.Popen(
        (sys.executable, "-m", "ci_runner", "run"),
        cwd=scene.checkout.root,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(CHECKOUT),
            "HOME": "/nonexistent",
            **scene.checkout.environ,
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as job:
        while ("QUERY", "/graphql") not in scene.fake.requests:
            assert job.poll() is None, job.communicate()[1]
            time.sleep(0.02)
        during = [run["status"] for run in scene.fake.check_runs]
        job.send_signal(number)
        said = job.communicate(timeout=60)[1]

    assert code == job.returncode, said
    assert ["in_progress"] == during
    assert [("completed", "cancelled")] == [
        (run["status"], run["conclusion"]) for run in scene.fake.check_runs
    ]


def test_a12_a_run_that_fails_before_its_report_leaves_a_check_that_says_so(
    scene: PullRequestScene,
) -> None:
    for message in ("not pushed", "nor this"):
        scene.checkout.commit(message)

    done = scene.run()

    assert ExitCode.GIT == done.code, done.err
    (check,) = scene.fake.check_runs
    assert ("completed", "failure") == (check["status"], check["conclusion"])
    assert "not that of pull request 7" in check["output"]["title"]


def test_a12_a_configuration_that_makes_no_sense_is_a_failed_check(
    scene: PullRequestScene,
) -> None:
    scene.checkout.write("schema-ci.toml", "nonsense = 1\n")

    done = scene.run()
    declined = scene.run(SCHEMA_CI_CHECK="false")

    assert [ExitCode.CONFIG] * 2 == [done.code, declined.code]
    assert "next: use one of" in done.err
    (check,) = scene.fake.check_runs
    assert ("completed", "failure") == (check["status"], check["conclusion"])
    assert "unknown key" in check["output"]["title"]


def test_a25_a_header_stands_above_the_report_as_the_base_branch_has_it(
    scene: PullRequestScene,
) -> None:
    checkout = scene.checkout
    checkout.git("checkout", "--quiet", "main")
    checkout.write("docs/header.md", "Ask **#dbas** first.\n")
    checkout.commit("a header")
    checkout.git("push", "--quiet", "origin", "main")
    checkout.git("checkout", "--quiet", "-")
    checkout.git("merge", "--quiet", "--no-edit", "main")
    checkout.write("docs/header.md", "Nothing to see here.\n")
    checkout.commit("write into the comment")
    scene.push()

    scene.run(SCHEMA_CI_COMMENT_HEADER="docs/header.md")
    missing = scene.run(SCHEMA_CI_COMMENT_FOOTER="docs/none.md")

    (comment,) = scene.fake.comments
    marker, first, *_ = comment["body"].split("\n")
    assert marker.startswith("<!-- schema-ci:v1 ")
    assert "Ask **#dbas** first." == first
    assert ExitCode.CONFIG == missing.code
    assert "the base branch has no docs/none.md" in missing.err
