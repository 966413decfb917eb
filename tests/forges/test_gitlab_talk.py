from __future__ import annotations

from hashlib import sha1

import pytest

from ci_runner.errors import ForgeError
from ci_runner.forges.base import LineComment
from tests.forges.gitlab_scene import FILE, GitLabScene


def said(scene: GitLabScene, *bodies: str, path: str = FILE) -> str:
    comments = tuple(LineComment(path, 1, 1, body) for body in bodies)
    return scene.forge().create_review(7, scene.head(), "2 findings", comments)


def test_a15_a_finding_is_a_discussion_on_its_line(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene

    url = said(scene, "one", "two")

    found = scene.forge().review_comments(7)
    positions = [each["notes"][0]["position"] for each in scene.fake.discussions]
    assert ["one", "two"] == [each.body for each in found]
    assert [(FILE, 1)] * 2 == [(each["new_path"], each["new_line"]) for each in positions]
    assert found[0].url == url
    assert not any(each.outdated or each.answer_to for each in found)
    assert () == scene.forge().comments(7)


def test_a15_what_is_settled_is_resolved_and_stays(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    said(scene, "one", "two")
    first, second = scene.forge().review_comments(7)

    scene.forge().delete_review_comment(7, first)

    assert [True, False] == [each["notes"][0]["resolved"] for each in scene.fake.discussions]
    assert [second.id] == [each.id for each in scene.forge().review_comments(7)]


def test_a15_a_reply_is_told_with_what_it_answers(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    said(scene, "one")
    reply = scene.fake.add_note("why?")
    scene.fake.discussions[0]["notes"].append({**reply, "type": "DiffNote", "resolved": False})

    first, answer = scene.forge().review_comments(7)

    assert (0, first.id) == (first.answer_to, answer.answer_to)
    assert (scene.fake.login, "alice") == (first.author, answer.author)


def test_a15_one_whose_lines_are_gone_is_outdated(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    said(scene, "one")
    scene.move(scene.work(**{FILE: "SELECT 2;\n"}))

    assert [True] == [each.outdated for each in scene.forge().review_comments(7)]


def test_a15_a_line_that_is_not_in_the_diff_is_left_out(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    comments = (LineComment("README", 1, 1, "lost"), LineComment(FILE, 1, 1, "kept"))

    scene.forge().create_review(7, scene.head(), "", comments)

    assert ["kept"] == [each.body for each in scene.forge().review_comments(7)]


def test_a15_nothing_is_said_beside_lines_of_another_head(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    old = scene.head()
    scene.move(scene.work(**{FILE: "SELECT 2;\n"}))

    with pytest.raises(ForgeError, match="shows the diff"):
        scene.forge().create_review(7, old, "", (LineComment(FILE, 1, 1, "one"),))
    assert [] == scene.fake.discussions


def test_a15_a_button_replaces_the_lines_that_it_should(gitlab_scene: GitLabScene) -> None:
    """GitLab counts lines from the one that the discussion is on; GitHub knows the lines."""
    scene = gitlab_scene
    scene.move(scene.work(**{FILE: "SELECT\n  1,\n  2;\n"}))
    body = "text\n\n```suggestion\nSELECT 3;\n```\n"

    scene.forge().create_review(7, scene.head(), "", (LineComment(FILE, 1, 3, body),))

    sent = scene.fake.discussions[0]["notes"][0]["body"]
    assert "```suggestion:-2+0\nSELECT 3;" in sent
    assert [body] == [each.body for each in scene.forge().review_comments(7)]


def test_a15_a_finding_on_several_lines_marks_them_all(gitlab_scene: GitLabScene) -> None:
    scene = gitlab_scene
    scene.move(scene.work(**{FILE: "SELECT\n  1,\n  2;\n"}))

    scene.forge().create_review(7, scene.head(), "", (LineComment(FILE, 1, 3, "text"),))

    position = scene.fake.discussions[0]["notes"][0]["position"]
    code = sha1(FILE.encode()).hexdigest()
    ends = position["line_range"]
    assert 3 == position["new_line"]
    assert [f"{code}_0_1", f"{code}_0_3"] == [ends[end]["line_code"] for end in ("start", "end")]
    assert {"new"} == {end["type"] for end in ends.values()}


def test_t7_a_discussion_holds_no_quick_action(gitlab_scene: GitLabScene) -> None:
    with pytest.raises(ForgeError, match="quick action"):
        said(gitlab_scene, "text\n/merge")
    assert [] == gitlab_scene.fake.discussions
