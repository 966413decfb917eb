from __future__ import annotations

from dataclasses import replace

import pytest

from ci_runner.errors import ConfigError, ForgeError
from ci_runner.forges.base import OutcomeUnknown, Refused, conversation
from ci_runner.forges.gitlab import gitlab
from ci_runner.publish.comment import fitting
from tests.forges.gitlab_scene import BRANCH, FILE, JOB_TOKEN, GitLabScene


def test_the_merge_request_is_told_with_its_heads(gitlab_scene: GitLabScene) -> None:
    fake = gitlab_scene.fake
    fake.labels, fake.draft = {"schema-change"}, True

    pull = gitlab_scene.forge().pull_request(7)

    assert (7, True, False, True) == (pull.number, pull.open, pull.merged, pull.draft)
    assert (fake.head(), BRANCH, "acme/shop") == (pull.head_sha, pull.head_branch, pull.head_slug)
    assert (fake.head("main"), "main") == (pull.base_sha, pull.base_branch)
    assert ("main", frozenset({"schema-change"})) == (pull.default_branch, pull.labels)


def test_b18_the_head_of_a_fork_is_told_by_the_forks_path(gitlab_scene: GitLabScene) -> None:
    gitlab_scene.fake.head_slug = "mallory/shop"

    assert "mallory/shop" == gitlab_scene.forge().pull_request(7).head_slug


@pytest.mark.parametrize("status", [403, 404])
def test_b18_a_fork_that_is_hidden_or_gone_is_a_fork(
    gitlab_scene: GitLabScene, status: int
) -> None:
    gitlab_scene.fake.head_slug = "mallory/secret"
    gitlab_scene.fake.fail("GET", "/projects/2$", status)

    hidden = gitlab_scene.forge().pull_request(7)
    gitlab_scene.fake.head_slug = ""
    gone = gitlab_scene.forge().pull_request(7)

    assert ("", "acme/shop") == (hidden.head_slug, hidden.base_slug)
    assert "" == gone.head_slug


def test_a_branch_is_looked_up_with_its_open_merge_request(gitlab_scene: GitLabScene) -> None:
    forge, head = gitlab_scene.forge(), gitlab_scene.head()

    found = forge.pull_request_of(BRANCH, head)
    other_commit = forge.pull_request_of(BRANCH, gitlab_scene.forge().pull_request(7).base_sha)
    waits = [*gitlab_scene.waits]
    gitlab_scene.fake.opened = False

    assert found is not None
    assert 7 == found.number
    assert other_commit is None
    assert gitlab_scene.forge().pull_request_of(BRANCH, head) is None
    assert [1.0, 2.0] == waits == gitlab_scene.waits


def test_a17_a_push_that_reaches_its_merge_request_late_is_waited_for(
    gitlab_scene: GitLabScene,
) -> None:
    fake, head = gitlab_scene.fake, gitlab_scene.head()
    fake.head_override = fake.head("main")

    def refresh(number: int) -> None:
        fake.head_override = "" if number == 2 else fake.head_override

    fake.before_answer = refresh

    found = gitlab_scene.forge().pull_request_of(BRANCH, head)

    assert found is not None
    assert head == found.head_sha


def test_a17_a_merge_request_that_a_replica_does_not_know_yet_is_looked_for_again(
    gitlab_scene: GitLabScene,
) -> None:
    gitlab_scene.fake.fail("GET", "/merge_requests/7$", 404, times=2)

    assert 7 == gitlab_scene.forge().pull_request(7).number
    assert [1.0, 2.0] == gitlab_scene.waits


def test_b17_a_job_token_reads_and_is_refused_writing(gitlab_scene: GitLabScene) -> None:
    forge = gitlab_scene.forge(JOB_TOKEN, reads=True)

    assert 7 == forge.pull_request(7).number
    with pytest.raises(Refused, match="HTTP 401") as refused:
        forge.create_comment(7, "text")
    assert "project access token" in refused.value.next_step
    assert [] == gitlab_scene.fake.notes


def test_a2_a_note_is_ours_by_the_id_of_its_author(gitlab_scene: GitLabScene) -> None:
    fake = gitlab_scene.fake
    fake.add_note("ours", fake.login, fake.user_id)
    fake.add_note("of one who took our name", fake.login.upper(), 5)
    fake.add_note("theirs", "alice", 1)

    found = conversation(gitlab_scene.forge(), 7).comments

    assert [True, False, False] == [each.ours for each in found]
    assert [fake.login, "", "alice"] == [each.author for each in found]


def test_a2_what_gitlab_says_itself_is_no_comment(gitlab_scene: GitLabScene) -> None:
    fake = gitlab_scene.fake
    fake.add_note("added 1 commit", fake.login, fake.user_id, system=True)
    fake.add_note("text")

    assert ["text"] == [each.body for each in gitlab_scene.forge().comments(7)]


def test_a3_every_page_of_notes_is_read_and_no_link_is_followed(gitlab_scene: GitLabScene) -> None:
    for number in range(350):
        gitlab_scene.fake.add_note(f"note {number}")

    found = gitlab_scene.forge().comments(7)

    assert [f"note {number}" for number in range(350)] == [each.body for each in found]
    assert 4 == sum("notes" in path for _, path in gitlab_scene.fake.requests)


def test_a_note_is_written_edited_and_deleted_once(gitlab_scene: GitLabScene) -> None:
    forge = gitlab_scene.forge()

    made = forge.create_comment(7, "one")
    edited = forge.update_comment(7, made, "two")

    assert ("two", made.id, True) == (edited.body, edited.id, edited.ours)
    assert made.url.endswith(f"/acme/shop/-/merge_requests/7#note_{made.id}")
    forge.delete_comment(7, made)
    forge.delete_comment(7, made)
    assert [] == gitlab_scene.fake.notes


def test_a9_a_note_may_have_999_000_characters(gitlab_scene: GitLabScene) -> None:
    forge = gitlab_scene.forge()

    def render(level: int) -> str:
        return "\u00e9" * (999_000, 998_000)[level]

    (text,) = fitting(forge, render, 1)

    assert render(1) == text
    assert text == forge.create_comment(7, text).body


def test_a16_post_is_never_sent_twice_and_get_is(gitlab_scene: GitLabScene) -> None:
    gitlab_scene.fake.fail("POST", "/notes", 502)
    gitlab_scene.fake.fail("GET", "/merge_requests/7$", 502, times=2)
    forge = gitlab_scene.forge()

    with pytest.raises(OutcomeUnknown):
        forge.create_comment(7, "text")
    assert forge.pull_request(7).open
    assert 1 == len(gitlab_scene.fake.writes)
    assert [1, 2] == [int(wait) for wait in gitlab_scene.waits]


def test_a16_a_cut_connection_leaves_a_post_unknown(gitlab_scene: GitLabScene) -> None:
    gitlab_scene.fake.fail("POST", "/notes", 0, after_write=True)

    with pytest.raises(OutcomeUnknown, match="did not answer"):
        gitlab_scene.forge().create_comment(7, "text")
    assert ["text"] == [note["body"] for note in gitlab_scene.fake.notes]


@pytest.mark.parametrize(
    ("headers", "waited"), [({"Retry-After": "7"}, 7), ({"RateLimit-Remaining": "1"}, 60)]
)
def test_a16_a_rate_limit_is_waited_for_as_gitlab_asks(
    gitlab_scene: GitLabScene, headers: dict[str, str], waited: int
) -> None:
    gitlab_scene.fake.fail("POST", "/notes", 429, headers=headers)

    gitlab_scene.forge().create_comment(7, "text")

    assert [waited] == gitlab_scene.waits
    assert 1 == len(gitlab_scene.fake.notes)


def test_a16_waiting_ends_with_what_may_be_waited(gitlab_scene: GitLabScene) -> None:
    gitlab_scene.fake.fail("GET", "/merge_requests/7$", 429, headers={"Retry-After": "999"})

    with pytest.raises(Refused, match="HTTP 429"):
        gitlab_scene.forge(max_wait=120.0).pull_request(7)
    assert [] == gitlab_scene.waits


@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "scope `api`"), (403, "role Developer"), (404, "hides"), (500, "run the job again")],
)
def test_a18_a_refusal_says_what_to_do(gitlab_scene: GitLabScene, status: int, advice: str) -> None:
    gitlab_scene.fake.fail("GET", "/merge_requests/7$", status, times=9, message="said so")

    with pytest.raises(ForgeError) as refused:
        gitlab_scene.forge().pull_request(7)
    assert advice in refused.value.next_step
    assert "said so" in refused.value.said


def test_t10_the_token_is_in_no_refusal(gitlab_scene: GitLabScene) -> None:
    token = "glpat-that-nobody-knows"
    gitlab_scene.fake.fail("GET", "/user", 403, message=f"the token {token} may not")

    with pytest.raises(Refused) as refused:
        gitlab_scene.forge(token).viewer()
    assert "the token *** may not" == refused.value.said


def test_t16_a_redirect_is_not_followed(gitlab_scene: GitLabScene) -> None:
    elsewhere = f"{gitlab_scene.fake.api}/user"
    gitlab_scene.fake.fail("GET", "/merge_requests/7$", 302, headers={"Location": elsewhere})

    with pytest.raises(ForgeError, match="redirects elsewhere"):
        gitlab_scene.forge().pull_request(7)
    assert ["/api/v4/projects/acme/shop/merge_requests/7"] == [
        path for _, path in gitlab_scene.fake.requests
    ]


@pytest.mark.parametrize("url", ["", "https://gitlab.example.com", "file:///api/v4", "/api/v4"])
def test_a24_the_address_of_the_api_is_the_runners(gitlab_scene: GitLabScene, url: str) -> None:
    with pytest.raises(ConfigError, match="CI_API_V4_URL"):
        gitlab(replace(gitlab_scene.repository(), api_url=url), "token")


def test_commit_messages_are_told_oldest_first(gitlab_scene: GitLabScene) -> None:
    gitlab_scene.move(gitlab_scene.work(**{FILE: "SELECT 2;\n"}))

    found = gitlab_scene.forge().commit_messages(7)

    assert gitlab_scene.head() == found[-1][0]
    assert ["more work"] * 2 == [message.strip() for _, _, message in found]


def test_changed_paths_are_those_of_both_sides(gitlab_scene: GitLabScene) -> None:
    old = gitlab_scene.forge().pull_request(7).base_sha

    assert (FILE,) == gitlab_scene.forge().changed_paths(old, gitlab_scene.head())


def test_a_comparison_that_may_be_cut_tells_nothing(gitlab_scene: GitLabScene) -> None:
    old = gitlab_scene.head()
    gitlab_scene.move(gitlab_scene.work(**{f"{each}.sql": "SELECT 1;\n" for each in range(100)}))

    assert gitlab_scene.forge().changed_paths(old, gitlab_scene.head()) is None


def test_b5_a_protected_branch_is_known(gitlab_scene: GitLabScene) -> None:
    gitlab_scene.fake.protected = {"main"}
    forge = gitlab_scene.forge()

    assert forge.is_protected("main")
    assert not forge.is_protected(BRANCH)


def test_labels_are_added_and_removed(gitlab_scene: GitLabScene) -> None:
    gitlab_scene.fake.labels = {"theirs"}
    forge = gitlab_scene.forge()

    forge.add_labels(7, ("schema-change", "destructive-migration"))
    forge.remove_label(7, "destructive-migration")

    assert {"theirs", "schema-change"} == gitlab_scene.fake.labels
