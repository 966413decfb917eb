from __future__ import annotations

import pytest

from ci_runner.context import Sha
from ci_runner.forges.base import Check, Conclusion, Refused
from ci_runner.forges.gitlab_job import Job, job_of
from tests.forges.gitlab_scene import GitLabScene

NAME = "schema-ci / shop"
DIGEST = "0123456789abcdef"


def check(sha: Sha, conclusion: Conclusion = "failure", title: str = "2 errors") -> Check:
    return Check(NAME, sha, conclusion, title, "summary", "https://gitlab.invalid/job/1")


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [
        ("success", "success"),
        ("neutral", "success"),
        ("failure", "failed"),
        ("cancelled", "canceled"),
        ("action_required", "pending"),
    ],
)
def test_a12_the_check_is_a_commit_status(
    gitlab_scene: GitLabScene, conclusion: Conclusion, state: str
) -> None:
    head = gitlab_scene.head()

    gitlab_scene.forge().write_check(check(head, conclusion), None, DIGEST)

    status = gitlab_scene.fake.statuses[0]
    assert (NAME, state, head) == (status["name"], status["status"], status["sha"])
    assert "https://gitlab.invalid/job/1" == status["target_url"]


def test_a12_a_check_goes_on_while_the_review_does(gitlab_scene: GitLabScene) -> None:
    head, forge = gitlab_scene.head(), gitlab_scene.forge()

    begun = forge.begin_check(NAME, head, "")
    running = [each["status"] for each in gitlab_scene.fake.statuses]
    forge.write_check(check(head, "success"), begun, DIGEST)

    assert ["running"] == running
    assert "" == begun.conclusion
    assert ["success"] == [each["status"] for each in gitlab_scene.fake.statuses]


def test_a12_a_check_that_was_concluded_is_not_ended_again(gitlab_scene: GitLabScene) -> None:
    head, forge = gitlab_scene.head(), gitlab_scene.forge()
    begun = forge.begin_check(NAME, head, "")

    ended = forge.end_check(check(head, "cancelled"), begun)
    again = forge.end_check(check(head, "failure"), begun)

    assert (True, False) == (ended, again)
    assert ["canceled"] == [each["status"] for each in gitlab_scene.fake.statuses]


def test_a6_a_result_is_known_again_by_its_digest(gitlab_scene: GitLabScene) -> None:
    head, forge = gitlab_scene.head(), gitlab_scene.forge()
    forge.write_check(check(head, "action_required"), None, DIGEST)

    found = forge.begin_check(NAME, head, "")

    assert (DIGEST, "pending") == (found.digest, found.conclusion)
    assert 1 == len(gitlab_scene.fake.writes)


def test_a9_a_description_has_at_most_140_characters(gitlab_scene: GitLabScene) -> None:
    head = gitlab_scene.head()

    gitlab_scene.forge().write_check(check(head, title="x" * 255), None, DIGEST)

    assert 140 == len(gitlab_scene.fake.statuses[0]["description"])


def test_the_newest_of_two_results_counts(gitlab_scene: GitLabScene) -> None:
    head, forge = gitlab_scene.head(), gitlab_scene.forge()
    forge.write_check(check(head, "failure"), None, DIGEST)

    forge.write_check(check(head, "success"), None, "f" * 16)

    found = forge.find_check(head, NAME)
    assert found is not None
    assert ("success", "f" * 16) == (found.conclusion, found.digest)


def test_a_status_that_is_what_it_would_become_is_no_trouble(gitlab_scene: GitLabScene) -> None:
    """Two runs of one commit: GitLab refuses `running` for what is running."""
    head, forge = gitlab_scene.head(), gitlab_scene.forge()
    forge.begin_check(NAME, head, "")

    forge.write_check(check(head, "action_required"), None, DIGEST)

    assert ["running"] == [each["status"] for each in gitlab_scene.fake.statuses]


def test_any_other_refusal_of_a_status_is_told(gitlab_scene: GitLabScene) -> None:
    gitlab_scene.fake.fail("POST", "/statuses/", 400, message="State is required")

    with pytest.raises(Refused, match="HTTP 400"):
        gitlab_scene.forge().write_check(check(gitlab_scene.head()), None, DIGEST)


@pytest.mark.parametrize("status", [502, 0])
def test_a16_a_status_whose_answer_was_lost_is_found_again(
    gitlab_scene: GitLabScene, status: int
) -> None:
    head = gitlab_scene.head()
    gitlab_scene.fake.fail("POST", "/statuses/", status, after_write=True)

    gitlab_scene.forge().write_check(check(head), None, DIGEST)

    assert 1 == len(gitlab_scene.fake.statuses)


def test_a_status_of_a_merged_result_stands_on_its_pipeline(gitlab_scene: GitLabScene) -> None:
    """The pipeline runs on a merge that no branch has; reviewers look at that pipeline."""
    fake, head = gitlab_scene.fake, gitlab_scene.head()
    tree = fake.git("rev-parse", f"{head}^{{tree}}")
    merged = fake.git(
        "commit-tree", tree, "-p", fake.head("main"), "-p", head, "-m", "merged result"
    )
    fake.pipelines = {88: merged}
    job = job_of(
        {
            "CI_PIPELINE_ID": "88",
            "CI_COMMIT_SHA": merged,
            "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": head,
        }
    )
    forge = gitlab_scene.forge(job=job)

    forge.write_check(check(head), None, DIGEST)
    found = forge.find_check(head, NAME)

    assert [(merged, 88)] == [(each["sha"], each["pipeline_id"]) for each in fake.statuses]
    assert found is not None
    assert DIGEST == found.digest


def test_a_status_whose_pipeline_is_gone_stands_on_the_commit(gitlab_scene: GitLabScene) -> None:
    head = gitlab_scene.head()
    forge = gitlab_scene.forge(job=Job(88, head, head))

    forge.write_check(check(head), forge.begin_check(NAME, head, ""), DIGEST)

    assert [(head, "failed", 0)] == [
        (each["sha"], each["status"], each["pipeline_id"]) for each in gitlab_scene.fake.statuses
    ]


def test_a18_a_commit_of_a_fork_alone_gets_no_status_and_that_is_said(
    gitlab_scene: GitLabScene,
) -> None:
    theirs = Sha(gitlab_scene.work(**{"db/migrations/2.sql": "SELECT 2;\n"}))

    with pytest.raises(Refused, match="on no branch of this project") as refused:
        gitlab_scene.forge().write_check(check(theirs), None, DIGEST)
    assert "SCHEMA_CI_CHECK=false" in refused.value.next_step


def test_b11_a_status_of_our_own_commit_stands_on_that(gitlab_scene: GitLabScene) -> None:
    fake, head = gitlab_scene.fake, gitlab_scene.head()
    fake.pipelines = {88: head}
    made = Sha(gitlab_scene.work(**{"db/migrations/2.sql": "SELECT 2;\n"}))
    gitlab_scene.move(made)

    gitlab_scene.forge(job=Job(88, head, head)).write_check(check(made), None, DIGEST)

    assert [(made, 0)] == [(each["sha"], each["pipeline_id"]) for each in fake.statuses]
