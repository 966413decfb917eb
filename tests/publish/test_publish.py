from __future__ import annotations

from dataclasses import replace

import pytest

from ci_runner.publish.marker import comment_id, read_marker
from ci_runner.publish.outcome import Failed, Published, Skipped
from ci_runner.report.model import GeneratedFile
from tests.publish.conftest import BRANCH, TOKEN, Scene

FILE = GeneratedFile("db/migrations/1_add.sql", "CREATE TABLE t (id int);\n")


def test_a1_a6_second_run_writes_nothing(scene: Scene) -> None:
    first = scene.publish()
    writes = len(scene.fake.writes)
    second = scene.publish()

    assert [Skipped, Published, Published] == [type(outcome) for outcome in first]
    assert [Skipped, Skipped, Skipped] == [type(outcome) for outcome in second]
    assert writes == len(scene.fake.writes)
    line = scene.fake.comments[0]["body"].splitlines()[0]
    assert line.isascii()
    assert "-" not in line.removeprefix("<!-- schema-ci:v1 ").removesuffix(" -->")


def test_a2_marker_in_a_comment_of_somebody_else_is_ignored(scene: Scene) -> None:
    scene.publish()
    spoofed = scene.fake.comments[0]["body"]
    scene.fake.comments.clear()
    scene.fake.add_comment(spoofed, "mallory")

    scene.publish()

    assert ["mallory", "schema-ci[bot]"] == [c["user"]["login"] for c in scene.fake.comments]


def test_a3_our_comment_is_found_behind_350_others(scene: Scene) -> None:
    for number in range(350):
        scene.fake.add_comment(str(number))
    scene.publish()
    scene.publish(render=lambda level: "changed")

    assert 351 == len(scene.fake.comments)
    assert scene.fake.comments[-1]["body"].endswith("\nchanged")


def test_a7_stale_head_writes_nothing(scene: Scene) -> None:
    scene.fake.head_override = "b" * 40

    outcomes = scene.publish(FILE)

    assert [True] * 3 == [isinstance(out, Skipped) and out.stale for out in outcomes]
    assert [] == scene.fake.writes


def test_a8_duplicates_become_one(scene: Scene) -> None:
    scene.publish()
    scene.fake.add_comment(scene.fake.comments[0]["body"], "schema-ci[bot]")
    oldest = scene.fake.comments[0]["id"]

    scene.publish()

    assert [oldest] == [comment["id"] for comment in scene.fake.comments]


def test_a9_comment_of_200000_characters_degrades(scene: Scene) -> None:
    scene.publish(render=lambda level: "x" * 200_000 if level < 2 else "short")

    assert scene.fake.comments[0]["body"].endswith("\nshort")
    assert "short" == scene.fake.check_runs[0]["output"]["summary"]


def test_a16_lost_answer_of_a_comment_is_not_sent_again(scene: Scene) -> None:
    scene.fake.fail("POST", "/comments", 502, after_write=True)

    comment = scene.publish()[1]

    assert isinstance(comment, Published)
    assert 1 == sum(path.endswith("/comments") for _, path in scene.fake.writes)


def test_a16_rate_limit_waits_as_told(scene: Scene) -> None:
    scene.fake.fail("POST", "/graphql", 429, headers={"Retry-After": "7"})

    assert isinstance(scene.publish()[1], Published)
    assert [7.0] == scene.waits


@pytest.mark.parametrize("status", [401, 403, 404, 422])
def test_a18_refused_comment_is_a_warning_and_the_check_is_written(
    scene: Scene, status: int
) -> None:
    scene.fake.fail("POST", "/comments", status, message=f"no {TOKEN}")

    _, comment, check = scene.publish()

    assert isinstance(comment, Failed)
    assert not comment.fatal
    assert str(status) in str(comment.error)
    assert TOKEN not in str(comment.error)
    assert isinstance(check, Published)


def test_a12_status_stands_in_for_a_forbidden_check_run(scene: Scene) -> None:
    scene.fake.fail("POST", "/check-runs", 403, times=9)

    assert isinstance(scene.publish()[2], Published)
    assert isinstance(scene.publish()[2], Skipped)
    assert "schema-ci / all" == scene.fake.statuses[0]["context"]


@pytest.mark.parametrize("refused", [False, True])
def test_b6_b8_generated_file_is_committed_once(scene: Scene, refused: bool) -> None:
    if refused:
        scene.fake.fail("POST", "/graphql", 404)
    before = scene.fake.head()

    commit, comment, check = scene.publish(FILE)

    assert isinstance(commit, Published)
    assert isinstance(comment, Published)
    assert isinstance(check, Published)
    assert FILE.content.rstrip() == scene.fake.git("show", f"refs/heads/{BRANCH}:{FILE.path}")
    assert before == scene.fake.git("rev-parse", f"refs/heads/{BRANCH}^")
    again = scene.publish(FILE)[0]
    assert isinstance(again, Failed)
    assert "not idempotent" in str(again.error)


def meanwhile(scene: Scene, path: str) -> None:
    """Somebody pushes `path` between our look at the branch and our commit."""
    blob = scene.fake.git("hash-object", "-w", "--stdin", text=b"x")
    entry = f"100644 blob {blob}\t{path.rpartition('/')[2]}\n"
    tree = scene.fake.git("mktree", text=entry.encode())
    if "/" in path:
        entry = f"040000 tree {tree}\t{path.partition('/')[0]}\n"
        tree = scene.fake.git("mktree", text=entry.encode())
    head = scene.fake.head()
    pushed = scene.fake.git("commit-tree", tree, "-p", head, "-m", "meanwhile")
    scene.fake.before_commit.append((f"refs/heads/{BRANCH}", pushed))


def test_b7_a_branch_that_moved_elsewhere_gets_the_commit_behind_the_move(scene: Scene) -> None:
    meanwhile(scene, "README.md")

    commit = scene.publish(FILE)[0]

    assert isinstance(commit, Published), commit
    assert "meanwhile" == scene.fake.git("log", "-1", "--format=%s", f"refs/heads/{BRANCH}^")
    assert FILE.content.rstrip() == scene.fake.git("show", f"refs/heads/{BRANCH}:{FILE.path}")


@pytest.mark.parametrize("path", ["schema.sql", "schema-ci.toml"])
def test_b7_a_branch_whose_schema_moved_is_left_alone(scene: Scene, path: str) -> None:
    meanwhile(scene, path)

    outcomes = scene.publish(FILE)

    assert [True] * 3 == [isinstance(out, Skipped) and out.stale for out in outcomes]
    assert "meanwhile" == scene.fake.git("log", "-1", "--format=%s", f"refs/heads/{BRANCH}")


@pytest.mark.parametrize(
    "path", [".github/workflows/x.yml", "db/migrations/../x", "/etc/x", "src/a.py"]
)
def test_b4_path_outside_the_migrations_is_refused(scene: Scene, path: str) -> None:
    assert isinstance(scene.publish(replace(FILE, path=path))[0], Failed)


def test_b5_protected_closed_and_fork_are_skipped(scene: Scene) -> None:
    scene.fake.protected.add(BRANCH)
    assert isinstance(scene.publish(FILE)[0], Skipped)
    scene.fake.protected.clear()
    scene.fake.head_slug = "mallory/shop"
    assert isinstance(scene.publish(FILE)[0], Skipped)
    scene.fake.head_slug, scene.fake.state = "acme/shop", "closed"
    assert isinstance(scene.publish(FILE)[0], Skipped)


def test_b12_message_carries_trailers_and_cannot_skip_ci(scene: Scene) -> None:
    scene.publish(replace(FILE, path="db/migrations/1_[skip ci] fixes #1.sql"))

    message = scene.fake.git("log", "-1", "--format=%B", f"refs/heads/{BRANCH}")
    assert "[skip ci]" not in message
    assert "#1" not in message
    assert "Schema-CI-Run: 5.1" in message


def test_marker_survives_reading_back(scene: Scene) -> None:
    scene.publish()
    marker = read_marker(scene.fake.comments[0]["body"])

    assert marker is not None
    assert comment_id("schema-ci||report") == marker.id
    assert scene.fake.head() == marker.head
