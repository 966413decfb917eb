from __future__ import annotations

import base64
from functools import partial

import pytest

from ci_runner.config.commits import Author
from ci_runner.context import Sha
from ci_runner.errors import ForgeError
from ci_runner.forges.base import OutcomeUnknown, Refused, StaleHead
from ci_runner.forges.gitlab_job import Job
from tests.forges.gitlab_scene import BRANCH, FILE, TOKEN, GitLabScene

NEW = 'db/migrations/2 "quoted" é.sql'
MESSAGE = "chore(db): add migration 2\n\n- a file\n\nSchema-CI-Run: 5.1\n"


def content(scene: GitLabScene, path: str) -> bytes:
    return scene.fake.blob(f"refs/heads/{BRANCH}:{path}")


def test_b16_a_commit_by_the_api_creates_updates_and_deletes(gitlab_scene: GitLabScene) -> None:
    scene, gone = gitlab_scene, "db/migrations/0.sql"
    scene.move(scene.work(**{gone: "SELECT 0;\n"}))
    expected = scene.head()

    made = scene.forge().commit(
        BRANCH, expected, {NEW: b"SELECT 2;\r\n", FILE: b"\xff\x00", gone: None}, MESSAGE
    )

    assert scene.head() == made
    assert expected == scene.fake.git("rev-parse", f"{made}^")
    assert (b"SELECT 2;\r\n", b"\xff\x00") == (content(scene, NEW), content(scene, FILE))
    assert "" == scene.fake.git("ls-tree", str(made), "--", gone)
    assert MESSAGE.strip() == scene.fake.git("log", "-1", "--format=%B", str(made)).strip()


@pytest.mark.parametrize("way", ["push", "api"])
def test_b12_an_author_that_is_asked_for_stands_in_the_commit(
    way: str, gitlab_scene: GitLabScene
) -> None:
    scene, author = gitlab_scene, Author("Jo Doe", "jo@example.org")
    push = partial(scene.checkout().push_files, author=author) if way == "push" else None

    made = scene.forge(push=push, author=author).commit(BRANCH, scene.head(), {NEW: b"x"}, MESSAGE)

    assert "Jo Doe <jo@example.org>" == scene.fake.git("log", "-1", "--format=%an <%ae>", str(made))
    assert (way == "push") == bool(scene.fake.pushes)


def test_b8_a_pushed_commit_is_read_back_where_gitlab_lets_us(gitlab_scene: GitLabScene) -> None:
    scene, parent = gitlab_scene, gitlab_scene.head()
    made = scene.forge().commit(BRANCH, parent, {NEW: b"x"}, MESSAGE)
    assert isinstance(made, str)

    assert scene.forge().proves(made, parent, {NEW: b"x"})
    with pytest.raises(ForgeError, match="not the one we made"):
        scene.forge().proves(made, parent, {NEW: b"y"})
    scene.fake.fail("GET", f"/repository/commits/{made}", 403, times=9)
    assert not scene.forge().proves(made, parent, {NEW: b"x"})


def test_b16_a_moved_head_gets_no_commit(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    old, now = Sha(scene.fake.head("main")), scene.head()

    assert StaleHead(now) == scene.forge().commit(BRANCH, old, {NEW: b"x"}, MESSAGE)
    assert now == scene.head()


def test_b16_a_commit_on_a_head_that_moved_meanwhile_is_stale(gitlab_scene: GitLabScene) -> None:
    """GitLab's API does not compare: it commits on top of what somebody else has pushed."""
    scene = gitlab_scene
    expected, theirs = scene.head(), scene.work(**{FILE: "SELECT 'theirs';\n"})
    scene.fake.before_commit = [(f"refs/heads/{BRANCH}", theirs)]

    made = scene.forge().commit(BRANCH, expected, {NEW: b"x"}, MESSAGE)

    assert StaleHead(scene.head()) == made
    assert theirs == scene.fake.git("rev-parse", f"{scene.head()}^")


def test_b16_a_file_that_somebody_changed_meanwhile_is_kept(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    expected, theirs = scene.head(), scene.work(**{FILE: "SELECT 'theirs';\n"})
    scene.fake.before_commit = [(f"refs/heads/{BRANCH}", theirs)]

    made = scene.forge().commit(BRANCH, expected, {FILE: b"ours"}, MESSAGE)

    assert StaleHead(Sha(theirs)) == made
    assert b"SELECT 'theirs';\n" == content(scene, FILE)


@pytest.mark.parametrize("status", [502, 0])
def test_b16_a_commit_whose_answer_was_lost_is_recognised(
    gitlab_scene: GitLabScene, status: int
) -> None:
    scene = gitlab_scene
    expected = scene.head()
    scene.fake.fail("POST", "/repository/commits$", status, after_write=True)

    made = scene.forge().commit(BRANCH, expected, {NEW: b"x"}, MESSAGE)

    assert scene.head() == made
    assert expected == scene.fake.git("rev-parse", f"{made}^")


def test_a16_a_commit_that_never_arrived_is_sent_again(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    scene.fake.fail("POST", "/repository/commits$", 502)

    made = scene.forge().commit(BRANCH, scene.head(), {NEW: b"x"}, MESSAGE)

    assert scene.head() == made


def test_a16_silence_about_a_commit_has_an_end(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    head = scene.head()
    scene.fake.fail("POST", "/repository/commits$", 502, times=9)

    with pytest.raises(OutcomeUnknown):
        scene.forge().commit(BRANCH, head, {NEW: b"x"}, MESSAGE)
    assert head == scene.head()


def test_b8_a_commit_that_is_not_ours_is_told(gitlab_scene: GitLabScene) -> None:
    """Such as a server hook that rewrites what it is given."""
    scene = gitlab_scene
    scene.fake.rewrites = b"-- rewritten\n"

    with pytest.raises(ForgeError, match="not the one we made"):
        scene.forge().commit(BRANCH, scene.head(), {NEW: b"x"}, MESSAGE)


@pytest.mark.parametrize("status", [400, 403])
def test_b17_a_refused_commit_says_why(gitlab_scene: GitLabScene, status: int) -> None:
    scene = gitlab_scene
    scene.fake.fail("POST", "/repository/commits$", status, message="You are not allowed to push")

    with pytest.raises(Refused, match=str(status)) as refused:
        scene.forge().commit(BRANCH, scene.head(), {NEW: b"x"}, MESSAGE)
    assert "not allowed to push" in refused.value.said


def test_b16_where_a_token_may_push_the_commit_is_pushed(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    expected = scene.head()
    forge = scene.forge(push=scene.checkout().push_files)

    made = forge.commit(BRANCH, expected, {NEW: b"SELECT 2;\n", FILE: None}, MESSAGE)

    assert (scene.head(), 1) == (made, scene.fake.pushes)
    assert expected == scene.fake.git("rev-parse", f"{made}^")
    assert b"SELECT 2;\n" == content(scene, NEW)
    assert ["schema-ci", "bot@users.gitlab.invalid"] == scene.fake.git(
        "log", "-1", "--format=%an%n%ae", str(made)
    ).splitlines()


def test_b16_a_push_on_a_head_that_moved_meanwhile_is_refused(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    expected, theirs = scene.head(), scene.work(**{FILE: "SELECT 'theirs';\n"})
    push = scene.checkout().push_files
    scene.move(theirs)

    made = scene.forge(push=push).commit(BRANCH, expected, {NEW: b"x"}, MESSAGE)

    assert StaleHead(Sha(theirs)) == made
    assert theirs == scene.head()


def test_b16_where_pushing_is_refused_the_api_commits(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    scene.fake.takes_pushes = False

    made = scene.forge(push=scene.checkout().push_files).commit(
        BRANCH, scene.head(), {NEW: b"x"}, MESSAGE
    )

    assert (scene.head(), 0) == (made, scene.fake.pushes)


def test_b13_the_token_is_left_in_no_file_of_the_checkout(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    checkout = scene.checkout()
    forge = scene.forge(push=checkout.push_files, job=Job(git_settings=0))

    forge.commit(BRANCH, scene.head(), {NEW: b"x"}, MESSAGE)

    secrets = TOKEN.encode(), base64.b64encode(f"oauth2:{TOKEN}".encode())
    files = [path for path in (checkout.root / ".git").rglob("*") if path.is_file()]
    assert [] == [path for path in files if any(each in path.read_bytes() for each in secrets)]
