"""A long text as several comments: nothing is lost and nothing stays open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.errors import ForgeError
from ci_runner.publish.parts import fit, split
from ci_runner.publish.size import measure
from ci_runner.report.escape import guard

_WORDS = st.text(st.sampled_from("abc äß𝄞`|<"), min_size=1, max_size=40).filter(
    lambda text: text.strip() == text and not text.startswith(("`", "|", "<"))
)
_PARAGRAPH = _WORDS
_FENCE = st.lists(_WORDS, min_size=1, max_size=8).map(
    lambda lines: "\n".join(("````sql", *lines, "````"))
)
_DETAILS = _FENCE.map(
    lambda fence: f"<details open><summary>9 statements</summary>\n\n{fence}\n\n</details>"
)
_TABLE = st.lists(_WORDS.map(lambda text: f"| {text.replace('|', '')} |"), max_size=9).map(
    lambda rows: "\n".join(("| head |", "| --- |", *rows))
)
TEXTS = st.lists(_PARAGRAPH | _FENCE | _DETAILS | _TABLE, min_size=1, max_size=12).map(
    lambda blocks: "\n\n".join(blocks) + "\n"
)


def content(text: str) -> list[str]:
    """The lines that a reader sees, without what opens and closes."""
    frames = ("`", "<details", "</details>", "<sub>continued", "| head |", "| --- |")
    return [line for line in text.split("\n") if line and not line.startswith(frames)]


@given(TEXTS, st.integers(260, 900))
def test_a9_parts_hold_all_lines_in_order_and_each_is_whole(text: str, room: int) -> None:
    parts = split(text, characters=room, max_bytes=room * 3)

    assert parts
    assert content(text) == [line for part in parts for line in content(part)]
    for part in parts:
        guard(part)
        assert measure(part).characters <= room
        assert part.count("<details") == part.count("</details>")
    for part in parts[1:]:
        rows = [line for line in part.split("\n") if line.startswith("| ")]
        assert not rows or "| head |" == rows[0]


@given(TEXTS)
def test_a9_what_fits_is_one_part(text: str) -> None:
    assert (text,) == split(text, characters=100_000, max_bytes=100_000)


def test_a9_a_line_that_fits_nowhere_makes_no_parts() -> None:
    assert () == split("x" * 400, characters=300, max_bytes=3000)


def test_a9_the_fullest_level_wins_that_fits_into_so_many_parts() -> None:
    texts = ["line\n" * 500, "line\n" * 100, "short\n", "s\n"]

    def render(level: int) -> str:
        return texts[level]

    def fitted(most: int) -> int:
        return sum(part.count("line") for part in fit(render, most, characters=300, max_bytes=9000))

    assert [0, 100, 100, 500] == [fitted(most) for most in (1, 2, 4, 20)]


def test_a9_a_header_that_is_too_long_for_a_comment_says_so() -> None:
    with pytest.raises(ForgeError, match="longer than 10 characters"):
        fit(lambda level: "x" * 50, 1, characters=10, max_bytes=100)
