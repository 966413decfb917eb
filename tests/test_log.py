from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.log import Level, Log, neutral, visible


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", ":\u200b:error::x"),
        ("a\n  ::add-mask::x", "a\n  :\u200b:add-mask::x"),
        ("##[group]x", "#\u200b#[group]x"),
        ("a\r::error::x", "a\n:\u200b:error::x"),
        ("\x1b[31mred\x1b[0m \x1b]0;t\x07x", "red x"),
        ("section_start:1:x", "section_start\u200b:1:x"),
        ("a\u202eb\x00", "a\\u{202e}b\\u{0}"),
        ("select a::int", "select a::int"),
        ("größe 数据 🙂", "größe 数据 🙂"),
    ],
)
def test_text_is_neutral_in_a_log(text: str, shown: str) -> None:
    assert shown == neutral(text)


@given(st.text(alphabet=":#[\r\n\x1b]0m a\u200b\u2028\x85\x0b", max_size=30))
def test_no_text_gives_a_command(text: str) -> None:
    lines = neutral(text).splitlines()

    assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines)
    assert "\x1b" not in "".join(lines)


@given(st.text())
def test_visible_text_has_only_printable_characters(text: str) -> None:
    assert all(each.isprintable() or each in "\n\t" for each in visible(text))


def test_levels_decide_what_is_said() -> None:
    said = {}
    for level in Level:
        stream = io.StringIO()
        log = Log(stream, level=level)
        log.info("i")
        log.detail("d")
        log.warn("w")
        said[level.name] = stream.getvalue()

    assert {
        "QUIET": "warning: w\n",
        "NORMAL": "i\nwarning: w\n",
        "VERBOSE": "i\nd\nwarning: w\n",
    } == said


def test_secrets_are_redacted_before_anything_else() -> None:
    stream = io.StringIO()

    Log(stream, redact=lambda text: text.replace("a::b", "***")).info("x a::b")

    assert "x ***\n" == stream.getvalue()


def test_progress_is_a_plain_line_once_in_ci() -> None:
    stream = io.StringIO()
    log = Log(stream)

    for done in range(3):
        log.step("replaying", done, 3)
    log.step("planning")

    assert "replaying (3)\nplanning\n" == stream.getvalue()


def test_progress_updates_one_line_on_a_terminal() -> None:
    stream = Terminal()
    log = Log(stream)

    log.step("replaying", 1, 2)
    log.step("replaying", 2, 2)
    log.info("done")

    clear = "\r\x1b[2K"
    assert f"{clear}replaying 1/2{clear}replaying 2/2{clear}done\n" == stream.getvalue()


def test_color_surrounds_what_was_made_safe() -> None:
    stream = io.StringIO()

    Log(stream, color=True).warn("\x1b[1mx")

    assert "\x1b[33mwarning: x\x1b[0m\n" == stream.getvalue()
