from __future__ import annotations

import pytest

from ci_runner.forges.approving import Approval, Approving
from ci_runner.forges.base import Refused
from tests.forges.gitlab_scene import FILE, GitLabScene

LINE = f"/schema-ci approve {'a' * 40}"


@pytest.fixture
def people(gitlab_scene: GitLabScene) -> GitLabScene:
    gitlab_scene.fake.accounts = {
        "alice": (1, 30, False),
        "rita": (2, 20, False),
        "bot": (3, 40, True),
        "mallory": (4, 0, False),
    }
    return gitlab_scene


def test_gitlab_is_a_forge_that_tells_who_approved(people: GitLabScene) -> None:
    assert isinstance(people.forge(), Approving)


def test_a_developer_may_write_and_a_reporter_and_a_stranger_may_not(people: GitLabScene) -> None:
    forge = people.forge()

    may = {login: forge.may_write(login) for login in ("alice", "rita", "mallory", "nobody", "")}

    assert {"alice": True, "rita": False, "mallory": False, "nobody": False, "": False} == may


def test_a_right_that_is_not_told_is_not_assumed(people: GitLabScene) -> None:
    people.fake.fail("GET", "/members/all/1$", 403)

    with pytest.raises(Refused, match="HTTP 403"):
        people.forge().may_write("alice")


def test_t25_an_approval_is_of_the_head_that_was_newest_then(people: GitLabScene) -> None:
    old = people.head()
    people.move(people.work(**{FILE: "SELECT 2;\n"}))
    new = people.head()
    people.fake.versions = [(old, "2026-01-01T10:00:00.000Z"), (new, "2026-01-01T12:00:00.000Z")]
    people.fake.approved = [
        ("alice", "2026-01-01T11:00:00.000Z"),
        ("rita", "2026-01-01T12:00:00.000Z"),
        ("bot", "2026-01-01T09:00:00.000Z"),
        ("mallory", ""),
    ]

    found = people.forge().approvals(7, {"review"})

    assert [("alice", old), ("rita", new), ("bot", ""), ("mallory", "")] == [
        (each.author, each.sha) for each in found
    ]
    assert [False, False, True, False] == [each.is_bot for each in found]


def test_t25_a_label_counts_while_it_is_on_by_who_put_it_on_last(people: GitLabScene) -> None:
    people.fake.label_events = [
        ("alice", "add", "schema-ci:1"),
        ("alice", "add", "schema-ci:2"),
        ("rita", "remove", "schema-ci:1"),
        ("mallory", "remove", "schema-ci:2"),
        ("mallory", "add", "schema-ci:2"),
        ("alice", "add", ""),
    ]

    assert (Approval("label", "mallory", "schema-ci:2"),) == people.forge().approvals(7, {"label"})


def test_t25_a_note_counts_by_its_first_line_as_it_was_copied(people: GitLabScene) -> None:
    """What is copied from our own note has the character in it that makes the line inert."""
    people.fake.add_note(LINE)
    people.fake.add_note(f"\u200b{LINE}\r\n\r\nlooks fine", "rita", 2)
    people.fake.add_note("just talk", "rita", 2)
    people.fake.add_note(LINE, "bot", 3)
    people.fake.add_note(LINE, "gone", 9)
    people.fake.add_note(LINE, "mallory", 4)["updated_at"] = "2027-01-01T00:00:00.000Z"

    found = people.forge().approvals(7, {"comment"})

    assert [LINE] * 5 == [each.said for each in found]
    assert ["alice", "rita", "bot", "gone", "mallory"] == [each.author for each in found]
    assert [False, False, True, True, False] == [each.is_bot for each in found]
    assert [False, False, False, False, True] == [each.edited for each in found]


def test_the_author_is_who_opened_the_merge_request(people: GitLabScene) -> None:
    assert "jo" == people.forge().author(7)
