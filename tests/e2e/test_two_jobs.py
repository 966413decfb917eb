"""A fork's pull request: a job without rights writes the report, a trusted one publishes it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ci_runner.errors import ExitCode
from tests.checkout import Checkout, Done
from tests.e2e.conftest import BRANCH, TOKEN, PullRequestScene, new_scene

FORK = "mallory/shop"
UPSTREAM = "https://github.invalid/acme/shop/actions/runs/77"


@dataclass
class TwoJobs:
    """`scene` is the fork's job, `trusted` the checkout of the base branch in the other one."""

    scene: PullRequestScene
    trusted: Checkout
    artifact: Path

    def review(self) -> Done:
        """What the fork's job does, without any token; its folder becomes the artifact."""
        done = self.scene.run("run", "--no-publish", GITHUB_TOKEN="")
        shutil.copytree(self.scene.checkout.root / "schema-ci-report", self.artifact)
        return done

    def rewrite(self, **changes: Any) -> None:
        """Whoever opens the pull request may write anything into the artifact."""
        place = self.artifact / "report.json"
        place.write_text(json.dumps({**json.loads(place.read_text()), **changes}))

    def publish(self, *argv: str, event: Any = None, name: str = "workflow_run") -> Done:
        head = self.scene.fake.head()
        told = event or {
            "workflow_run": {
                "id": 77,
                "event": "pull_request",
                "head_sha": head,
                "head_branch": BRANCH,
                "head_repository": {"full_name": self.scene.fake.head_slug},
                "pull_requests": [],
            }
        }
        asked = self.environ(told, name)
        return self.trusted.run("publish", "--from", str(self.artifact), *argv, **asked)

    def environ(self, event: Any, name: str) -> dict[str, str]:
        """Of a job with a token that writes, for an event without its repository."""
        slug = self.scene.fake.slug
        path = self.scene.events / "trusted.json"
        repository = {"full_name": slug, "default_branch": "main"}
        path.write_text(json.dumps({**event, "repository": repository}))
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": name,
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_REPOSITORY": slug,
            "GITHUB_SERVER_URL": "https://github.invalid",
            "GITHUB_API_URL": self.scene.fake.url,
            "GITHUB_GRAPHQL_URL": f"{self.scene.fake.url}/graphql",
            "GITHUB_RUN_ID": "78",
            "GITHUB_TOKEN": TOKEN,
            "SCHEMA_CI_COMMIT": "push",
            "SCHEMA_CI_API_MAX_WAIT": "0",
        }

    @property
    def comment(self) -> str:
        (comment,) = self.scene.fake.comments
        return str(comment["body"])

    @property
    def check(self) -> tuple[str, str, str]:
        (run,) = self.scene.fake.check_runs
        return run["head_sha"], run["conclusion"], run["output"]["title"]


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoJobs]:
    """The fork's branch adds what its desired schema asks for, so that an honest report passes."""
    scene = new_scene(tmp_path_factory.mktemp("two-jobs"), "sqlite")
    with scene.fake:
        scene.fake.head_slug = FORK
        assert ExitCode.OK == scene.checkout.run("diff").code
        scene.checkout.commit("add the migration")
        scene.push()
        trusted = Checkout(scene.events / "trusted")
        scene.checkout.git("worktree", "add", "--quiet", "--detach", str(trusted.root), "main")
        made = TwoJobs(scene, trusted, scene.events / "artifact")
        assert ExitCode.OK == made.review().code
        yield made
    assert [] == scene.fake.violations


@pytest.fixture
def jobs(reviewed: TwoJobs, tmp_path: Path) -> Iterator[TwoJobs]:
    """The same for each test, with an artifact of its own and a forge that nobody wrote to yet."""
    scene, head = reviewed.scene, reviewed.scene.fake.head()
    shutil.copytree(reviewed.artifact, tmp_path / "artifact")
    yield replace(reviewed, artifact=tmp_path / "artifact")
    for written in (scene.fake.comments, scene.fake.check_runs, scene.fake.other_pulls):
        written.clear()
    scene.fake.requests.clear()
    scene.fake.state = "open"
    for checkout, commit in ((scene.checkout, head), (reviewed.trusted, "main")):
        checkout.git("checkout", "--quiet", "--force", "--detach", commit)
    scene.push()


def test_a19_a_forks_report_is_published_by_a_trusted_job(jobs: TwoJobs) -> None:
    head = jobs.scene.fake.head()

    done = jobs.publish()

    assert ExitCode.OK == done.code, done.err
    assert "Reported by an untrusted job" in jobs.comment
    assert f"[a job]({UPSTREAM}) of <code>mallory/shop</code>" in jobs.comment
    sha, conclusion, title = jobs.check
    assert (head, "neutral") == (sha, conclusion)
    assert title.startswith("reported by an untrusted job; no findings")
    assert head == jobs.scene.fake.head()
    writes = len(jobs.scene.fake.writes)
    assert ExitCode.OK == jobs.publish().code
    assert writes == len(jobs.scene.fake.writes)
    assert TOKEN not in done.said


def test_t21_a_report_that_hides_a_migration_fails(jobs: TwoJobs) -> None:
    (project,) = json.loads((jobs.artifact / "report.json").read_text())["projects"]
    empty = {**project, "files": [], "steps": [], "findings": [], "plan": []}
    jobs.rewrite(projects=[empty], notices=["Approved by the maintainers"])

    done = jobs.publish()

    assert ExitCode.FINDINGS == done.code, done.err
    assert "failure" == jobs.check[1]
    assert "is changed and not in the report" in jobs.comment.replace("&#46;", ".")
    assert "Approved" not in jobs.comment


def test_t21_a_report_without_the_project_fails(jobs: TwoJobs) -> None:
    jobs.rewrite(projects=[])

    assert ExitCode.FINDINGS == jobs.publish().code
    assert "not whole" in jobs.check[2]


def test_a19_what_others_have_merged_meanwhile_need_not_be_reported(jobs: TwoJobs) -> None:
    fake, before = jobs.scene.fake, jobs.scene.fake.head("main")
    blob = fake.git("hash-object", "-w", "--stdin", text=b"CREATE TABLE other (id integer);\n")
    path = "migrations/20260102000000_other.sql"
    tree = fake.make_tree(before, [{"mode": "100644", "sha": blob, "path": path}])
    fake.git(
        "update-ref", "refs/heads/main", fake.git("commit-tree", tree, "-p", before, "-m", "x")
    )

    done = jobs.publish()
    fake.git("update-ref", "refs/heads/main", before)

    assert ExitCode.OK == done.code, done.err
    assert "neutral" == jobs.check[1]


def test_a21_reports_that_lie_side_by_side_are_published_as_one(jobs: TwoJobs) -> None:
    for part in ("1", "2"):
        shutil.copytree(jobs.artifact, jobs.artifact / part, ignore=shutil.ignore_patterns("[12]"))
        place = jobs.artifact / part / "report.json"
        report = {**json.loads(place.read_text()), "shards": [f"{part}/2"]}
        projects = report["projects"] if part == "1" else []
        place.write_text(json.dumps({**report, "projects": projects}))
    (jobs.artifact / "report.json").unlink()

    done = jobs.publish()

    assert ExitCode.OK == done.code, done.err
    assert "neutral" == jobs.check[1]
    assert "not whole" not in jobs.comment


def test_a21_a_part_of_a_report_is_not_the_whole(jobs: TwoJobs) -> None:
    jobs.rewrite(shards=["2/2"])

    assert ExitCode.FINDINGS == jobs.publish().code
    assert "part 1 of 2 is not in the report" in jobs.comment


def test_t1_an_event_with_rights_and_the_base_checked_out_is_published(jobs: TwoJobs) -> None:
    fake = jobs.scene.fake
    pull = {
        "number": 7,
        "head": {"sha": fake.head(), "ref": BRANCH, "repo": {"full_name": FORK}},
        "base": {"sha": fake.head("main"), "ref": "main", "repo": {"full_name": fake.slug}},
    }

    done = jobs.publish(event={"pull_request": pull}, name="pull_request_target")

    assert ExitCode.OK == done.code, done.err
    assert "Reported by an untrusted job" in jobs.comment


def test_t21_nothing_of_the_report_says_where_it_belongs(jobs: TwoJobs) -> None:
    build = json.loads((jobs.artifact / "report.json").read_text())["build"]
    elsewhere = {
        "repository": "evil/evil",
        "web_url": "https://evil.example",
        "run_url": "https://evil.example/run",
        "pull_request": 666,
        "base": "evil",
    }
    (project,) = json.loads((jobs.artifact / "report.json").read_text())["projects"]
    finding = {
        "rule": "x",
        "severity": "error",
        "message": "m",
        "line": 1,
        "end_line": 1,
        "path": project["files"][0]["path"],
    }
    jobs.rewrite(build={**build, **elsewhere}, projects=[{**project, "findings": [finding]}])

    done = jobs.publish()

    assert ExitCode.FINDINGS == done.code, done.err
    assert "evil" not in jobs.comment
    assert "https://github.invalid/acme/shop/blob/" in jobs.comment
    assert all("666" not in path for _, path in jobs.scene.fake.requests)


def test_t2_what_fails_a_run_is_said_by_the_base_branch(jobs: TwoJobs) -> None:
    (project,) = json.loads((jobs.artifact / "report.json").read_text())["projects"]
    finding = {
        "rule": "drop-table",
        "severity": "note",
        "message": "m",
        "line": 1,
        "end_line": 1,
        "path": project["files"][0]["path"],
    }
    jobs.rewrite(fail_on="never", projects=[{**project, "findings": [finding]}])
    config = jobs.trusted.root / "schema-ci.toml"
    config.write_text(config.read_text() + '\n[lint.rules]\ndrop-table = "error"\n')

    assert ExitCode.FINDINGS == jobs.publish().code
    assert "1 error" in jobs.check[2]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"projects": "x"}, "this is no report of schema-ci"),
        ({"run": "curl evil"}, "run"),
        ({"committed": "`id`"}, "no commit's hash"),
        ({"build": {"head_sha": "0" * 40}}, "another commit"),
    ],
)
def test_t21_a_poisoned_report_is_refused_before_anything_is_written(
    jobs: TwoJobs, changes: dict[str, object], says: str
) -> None:
    jobs.rewrite(**changes)

    done = jobs.publish()

    assert ExitCode.USAGE == done.code
    assert says in done.err
    assert [] == jobs.scene.fake.writes


def test_t1_the_forks_own_checkout_is_refused(jobs: TwoJobs) -> None:
    jobs.trusted.git("checkout", "--quiet", "--detach", jobs.scene.fake.head())

    done = jobs.publish()

    assert ExitCode.USAGE == done.code
    assert "check out the base branch" in done.err
    assert [] == jobs.scene.fake.writes


def test_b1_what_a_forks_job_generated_is_missing_and_never_committed(jobs: TwoJobs) -> None:
    scene = jobs.scene
    schema = (scene.checkout.root / "schema.sql").read_text()
    scene.checkout.write("schema.sql", schema.replace("\n);", ",\n  age integer\n);"))
    scene.checkout.commit("ask for more")
    head = scene.push()
    done = scene.run("run", "--no-publish", SCHEMA_CI_COMMIT="push")
    shutil.copytree(scene.checkout.root / "schema-ci-report", jobs.artifact, dirs_exist_ok=True)
    assert "generated" in (jobs.artifact / "report.json").read_text(), done.err

    done = jobs.publish()

    assert ExitCode.DRIFT == done.code, done.err
    assert head == scene.fake.head()
    assert "failure" == jobs.check[1]
    assert "Missing migration" in jobs.comment


def test_a7_a_report_of_a_head_that_moved_on_decides_nothing(jobs: TwoJobs) -> None:
    old = jobs.scene.fake.head()
    jobs.scene.checkout.commit("another")
    jobs.scene.push()
    run = {
        "id": 77,
        "head_sha": old,
        "head_branch": BRANCH,
        "head_repository": {"full_name": FORK},
    }

    done = jobs.publish(event={"workflow_run": run})

    assert ExitCode.OK == done.code, done.err
    assert "has the head" in done.err
    assert [] == jobs.scene.fake.writes


@pytest.mark.parametrize("fork", [FORK, None])
def test_a19_a_closed_pull_request_and_a_fork_that_is_gone_get_nothing(
    jobs: TwoJobs, fork: str | None
) -> None:
    jobs.scene.fake.state = "closed"
    run = {"id": 77, "head_sha": jobs.scene.fake.head(), "head_branch": BRANCH}
    repository = {"full_name": fork} if fork else None

    done = jobs.publish(event={"workflow_run": {**run, "head_repository": repository}})

    assert (ExitCode.OK, []) == (done.code, jobs.scene.fake.writes), done.err
    assert "no open pull request" in done.err


def test_a19_one_head_of_two_pull_requests_is_not_guessed_at(jobs: TwoJobs) -> None:
    jobs.scene.fake.other_pulls.append(8)

    done = jobs.publish()

    assert ExitCode.USAGE == done.code
    assert "head of several pull requests: 7, 8" in done.err
    assert "--pull-request NUMBER" in done.err
    assert ExitCode.OK == jobs.publish("--pull-request", "7").code
    assert 1 == len(jobs.scene.fake.comments)


def test_a19_a_dispatched_job_is_told_the_number(jobs: TwoJobs) -> None:

    done = jobs.publish(event={"inputs": {"pull-request": "7"}}, name="workflow_dispatch")

    assert ExitCode.OK == done.code, done.err
    assert "Reported by an untrusted job" in jobs.comment


def test_a_dispatched_review_is_told_the_number(jobs: TwoJobs) -> None:
    """By somebody who may start it: the job is ours, and so is its word."""
    event = {"inputs": {"pull-request": "7"}}
    asked = jobs.environ(event, "workflow_dispatch")

    done = jobs.scene.checkout.run("run", **asked)

    assert ExitCode.OK == done.code, done.err
    assert "untrusted" not in jobs.comment
    assert "success" == jobs.check[1]
    assert jobs.scene.fake.head() == jobs.check[0]


def test_b20_a_merge_queue_gets_a_check_and_nothing_else(jobs: TwoJobs) -> None:
    scene = jobs.scene
    schema = (scene.checkout.root / "schema.sql").read_text()
    scene.checkout.write("schema.sql", schema.replace("\n);", ",\n  age integer\n);"))
    head = scene.checkout.commit("ask for more")
    scene.push()
    event = {"merge_group": {"head_sha": head, "base_ref": "refs/heads/main"}}
    asked = jobs.environ(event, "merge_group")

    done = scene.checkout.run("run", **asked)

    assert ExitCode.DRIFT == done.code, done.err
    assert ([], head) == (scene.fake.comments, scene.fake.head())
    assert (head, "failure") == jobs.check[:2]
    again = scene.checkout.run("publish", "--from", "schema-ci-report", **asked)
    assert (ExitCode.DRIFT, 1) == (again.code, len(scene.fake.check_runs)), again.err
    scene.checkout.commit("another")
    assert "not that of the merge queue" in scene.checkout.run("run", **asked).err
