from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.errors import ForgeError
from ci_runner.forges.quick_actions import inert, restored
from ci_runner.report.escape import fence
from tests.fakes.gitlab_quick_actions import quick_actions
from tests.forges.gitlab_scene import GitLabScene

PIECES = st.sampled_from(
    [
        "/merge",
        "/close now",
        "```",
        "````",
        "~~~",
        "\n",
        "\n\n",
        " ",
        "\t",
        "\r",
        "x",
        "`",
        "> ",
        "/",
        "é",
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


@pytest.mark.parametrize(
    "body",
    [
        "/merge",
        "text\n/merge\n",
        "text\n   /approve",
        "text\n\u00a0/close",
        "/\rmerge",
        "```\nSELECT 1;\n```\n/merge",
        "``` a`b\n/merge",
        "```\ncode\n````\n/merge",
        "/ not even a word",
    ],
)
def test_t7_a_line_that_gitlab_would_obey_is_never_sent(
    gitlab_scene: GitLabScene, body: str
) -> None:
    forge = gitlab_scene.forge()
    note = forge.create_comment(7, "harmless")

    with pytest.raises(ForgeError, match="quick action"):
        forge.create_comment(7, body)
    with pytest.raises(ForgeError, match="quick action"):
        forge.update_comment(7, note, body)
    assert ["harmless"] == [each["body"] for each in gitlab_scene.fake.notes]


@pytest.mark.parametrize(
    "sql", ["/merge", "-- ```\n```\n/merge\n```\n/close", "/* a comment */\n/approve\n\t/merge"]
)
def test_t7_what_sql_holds_is_shown_and_not_obeyed(gitlab_scene: GitLabScene, sql: str) -> None:
    """Older GitLabs take three backticks for the end of a block of four: the fixture looks."""
    body = f"The plan:\n\n{fence(sql, 'sql')}\n"

    made = gitlab_scene.forge().create_comment(7, body)

    assert body == made.body
    assert [body] == [each.body for each in gitlab_scene.forge().comments(7)]


def test_t7_the_fake_obeys_what_is_not_code() -> None:
    """A test that none ever ran means something only where one could have."""
    assert ["merge"] == quick_actions("text\n\n/merge")[:1]
    assert ["merge"] == quick_actions("````\n```\n/merge\n````")
    assert [] == quick_actions("```\n/merge\n```")


@given(TEXTS)
def test_t7_no_text_that_is_let_through_holds_a_quick_action(body: str) -> None:
    try:
        sent = inert(body)
    except ForgeError:
        return

    assert [] == quick_actions(sent)
    assert body.replace("\r", "") == restored(sent)


@given(TEXTS)
def test_t7_any_text_is_let_through_as_code(sql: str) -> None:
    body = f"{fence(sql)}\n"

    assert [] == quick_actions(inert(body))
    assert body == restored(inert(body))
