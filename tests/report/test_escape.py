from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ci_runner.errors import InternalError
from ci_runner.log import visible
from ci_runner.report.escape import blob_url, code, fence, guard, prose
from tests.report.hostile import HOSTILE, TEXTS

GITHUB = MarkdownIt("commonmark", {"linkify": False}).enable(["table", "strikethrough"])


def inline(markdown: str) -> list[Token]:
    tokens = GITHUB.parse(markdown)
    assert ["paragraph_open", "inline", "paragraph_close"] == [token.type for token in tokens]
    return tokens[1].children or []


@given(TEXTS)
def test_code_is_one_code_element_with_just_the_text_inside(text: str) -> None:
    children = inline(f"x {code(text)} y")

    kinds = [token.type for token in children]
    assert kinds == [each for each in kinds if each in {"text", "text_special", "html_inline"}]
    assert ["<code>", "</code>"] == [t.content for t in children if t.type == "html_inline"]
    shown = "".join(t.content for t in children if t.type != "html_inline")
    assert f"x {visible(text)} y" == shown


@given(TEXTS)
def test_code_holds_no_character_that_mentions_links_or_splits_a_cell(text: str) -> None:
    inside = code(text).removeprefix("<code>").removesuffix("</code>")

    assert set() == set(inside.replace("&#", "")) & set("<>|`@#*_[]\\~!:$\n")
    assert "www." not in inside.lower()


@given(TEXTS)
def test_a_fence_is_one_block_with_just_the_text_inside(text: str) -> None:
    tokens = GITHUB.parse(f"before\n\n{fence(text, 'sql')}\n\nafter\n")

    assert ["fence"] == [token.type for token in tokens if "paragraph" not in token.type][1:2]
    block = next(token for token in tokens if token.type == "fence")
    assert visible(text).strip("\n") + "\n" == block.content.removesuffix("\n") + "\n"
    assert "after" == tokens[-2].content


@given(TEXTS)
def test_prose_holds_only_text_and_code(text: str) -> None:
    children = inline(f"x {prose(text)}")

    tags = {token.content for token in children if token.type == "html_inline"}
    assert tags <= {"<code>", "</code>"}
    assert {token.type for token in children} <= {"text", "text_special", "html_inline"}


def test_prose_leaves_plain_words_alone_and_marks_names() -> None:
    assert "<code>users.id</code>, <code>a=1</code>; gone" == prose("users.id, a=1; gone")
    assert "column <code>users.phone</code> is dropped: gone" == prose(
        "column users.phone is dropped: gone"
    )


@pytest.mark.parametrize("text", ["@everyone", "fixes #1", "GH-1", "https://x.y", "www.x.y"])
def test_prose_puts_what_a_forge_would_link_into_code(text: str) -> None:
    last = text.rsplit(maxsplit=1)[-1]

    assert prose(text).endswith(code(last))


@given(st.text(min_size=1))
@example("a)b](c")
@example("a b\n#?\"'<>")
def test_a_blob_url_holds_no_character_that_ends_a_link(path: str) -> None:
    url = blob_url("https://github.com/o/r", "a" * 40, path, 3)

    assert set() == set(url) & set(" ()[]<>\"'`|\\\n")
    assert not url or url.endswith("#L3")


@pytest.mark.parametrize(
    ("site", "sha", "path"),
    [
        ("javascript:alert(1)", "a" * 40, "x.sql"),
        ("https://evil.example/)[x](", "a" * 40, "x.sql"),
        ("https://github.com/o/r", "main", "x.sql"),
        ("https://github.com/o/r", "a" * 40, "../../settings"),
        ("https://github.com/o/r", "a" * 40, "/x.sql"),
        ("", "", "x.sql"),
    ],
)
def test_there_is_no_link_to_anywhere_else(site: str, sha: str, path: str) -> None:
    assert "" == blob_url(site, sha, path, 1)


def test_the_guard_refuses_a_quick_action() -> None:
    with pytest.raises(InternalError):
        guard("fine\n  /merge\n")


def test_the_guard_refuses_an_open_fence() -> None:
    with pytest.raises(InternalError):
        guard("```sql\nSELECT 1\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_the_guard_lets_a_quick_action_stand_in_a_fence(text: str) -> None:
    body = fence(f"/merge\n{text}")

    assert body == guard(body)
