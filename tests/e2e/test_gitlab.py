from __future__ import annotations

from ci_runner.publish.marker import Marker, comment_id
from tests.e2e.gitlab_scene import BRANCH, JOB_TOKEN, TOKEN, MergeRequestScene


def merged(scene: MergeRequestScene) -> str:
    """The merge of the branch into its target, which GitLab's pipelines of merges check out."""
    tree = scene.fake.git("rev-parse", f"{scene.fake.head()}^{{tree}}")
    parents = ("-p", scene.fake.head("main"), "-p", scene.fake.head())
    made = scene.fake.git("commit-tree", tree, *parents, "-m", "merged")
    scene.fake.git("update-ref", "refs/merge-requests/7/merge", made)
    scene.checkout.git("fetch", "--quiet", "origin", "refs/merge-requests/7/merge")
    scene.checkout.git("checkout", "--quiet", "--detach", "FETCH_HEAD")
    return made


def test_b16_a_run_commits_comments_and_checks_and_the_next_does_nothing(
    merge_request: MergeRequestScene,
) -> None:
    scene, before = merge_request, merge_request.fake.head()

    done = scene.run(SCHEMA_CI_COMMIT="push")

    assert 0 == done.code, done.said
    assert (before, 1) == (scene.fake.git("rev-parse", f"{scene.fake.head()}^"), scene.fake.pushes)
    assert [scene.fake.user_id] == [each["author"]["id"] for each in scene.fake.notes]
    assert "success" == scene.states()[-1]
    assert f"{scene.fake.url}/acme/shop/-/commit/{scene.fake.head()}" in done.err
    scene.follow()
    scene.run(SCHEMA_CI_COMMIT="push")
    writes = len(scene.fake.writes)
    again = scene.run(SCHEMA_CI_COMMIT="push")
    assert 0 == again.code, again.said
    assert [] == scene.fake.writes[writes:]
    assert (1, 1) == (len(scene.fake.notes), scene.fake.pushes)
    assert TOKEN not in done.said
    assert JOB_TOKEN not in done.said


def test_a2_a_marker_in_somebody_elses_note_is_not_ours(merge_request: MergeRequestScene) -> None:
    scene = merge_request
    marker = Marker(comment_id("schema-ci||report"), scene.fake.head(), "1.1", "2026", "0" * 64)
    scene.fake.add_note(f"{marker}\n\u2705 Passed", scene.fake.login, 666)

    done = scene.run()

    assert 3 == done.code, done.said
    assert [666, scene.fake.user_id] == [each["author"]["id"] for each in scene.fake.notes]
    assert scene.fake.notes[1]["body"].startswith(f'<!-- schema-ci:v1 {{"id":"{marker.id}"')


def test_b20_a_merge_train_writes_its_status_and_nothing_else(
    merge_request: MergeRequestScene,
) -> None:
    scene = merge_request
    head, made = scene.fake.head(), merged(scene)

    done = scene.run(
        CI_COMMIT_SHA=made,
        CI_MERGE_REQUEST_SOURCE_BRANCH_SHA=head,
        CI_MERGE_REQUEST_EVENT_TYPE="merge_train",
        SCHEMA_CI_COMMIT="push",
    )

    assert 3 == done.code, done.said
    assert "a merge train only checks" in done.err
    assert ([], head) == (scene.fake.notes, scene.fake.head())
    assert [(made, "failed")] == [(each["sha"], each["status"]) for each in scene.fake.statuses]


def test_b18_a_fork_gets_its_report_and_no_token_is_used(merge_request: MergeRequestScene) -> None:
    scene = merge_request

    done = scene.run(
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID="2",
        CI_MERGE_REQUEST_SOURCE_PROJECT_PATH="mallory/shop",
        SCHEMA_CI_COMMIT="push",
    )

    assert 3 == done.code, done.said
    assert "comes from a fork" in done.err
    assert "differs" == scene.checkout.report()["projects"][0]["state"]
    assert [] == scene.fake.writes
    assert not any("/api/" in path for _, path in scene.fake.requests)


def test_a19_a_trusted_job_publishes_a_forks_report(merge_request: MergeRequestScene) -> None:
    scene = merge_request
    scene.fake.head_slug = "mallory/shop"
    scene.run(
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID="2", CI_MERGE_REQUEST_SOURCE_PROJECT_PATH="mallory/shop"
    )
    report = scene.checkout.root.parent / "artifact"
    (scene.checkout.root / "schema-ci-report").rename(report)
    scene.checkout.git("checkout", "--quiet", "main")

    done = scene.run(
        *("publish", "--from", str(report), "--pull-request", "7"),
        without=scene.of_merge_request(),
        CI_COMMIT_BRANCH="main",
        CI_COMMIT_SHA=scene.fake.head("main"),
        CI_PIPELINE_SOURCE="web",
        SCHEMA_CI_COMMIT="push",
    )

    assert 3 == done.code, done.said
    (note,) = scene.fake.notes
    assert "Reported by an untrusted job" in note["body"]
    assert ["failed"] == scene.states()
    assert scene.fake.head() == scene.fake.statuses[0]["sha"]
    assert 0 == scene.fake.pushes


def test_a_branch_pipeline_finds_its_merge_request_by_the_jobs_own_token(
    merge_request: MergeRequestScene,
) -> None:
    scene = merge_request
    done = scene.run(
        without=(*scene.of_merge_request(), "SCHEMA_CI_GITLAB_TOKEN"),
        CI_COMMIT_BRANCH=BRANCH,
        CI_PIPELINE_SOURCE="push",
    )

    assert 3 == done.code, done.said
    assert "1 new" not in done.err
    assert "CI_JOB_TOKEN may only read" in done.err
    assert ("GET", "/api/v4/projects/acme/shop/merge_requests/7") in scene.fake.requests
