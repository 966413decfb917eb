"""Patterns mean what they mean to `re`, and take no longer the worse they are."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.lint.patterns import LONGEST, LONGEST_NAME, Pattern, Unsupported, fits

ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "_",
        ".",
        r"\w",
        r"\d",
        r"\.",
        r"\x61",
        "[ab]",
        "[^a]",
        r"[]\w-]",
        "^",
        "$",
        r"\A",
        r"\Z",
        "é",
    ]
)
COUNTS = st.sampled_from(["*", "+", "?", "{2}", "{1,}", "{,2}", "{0,3}", "*?", "{x}", "{,}"])


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
        inner.map(lambda one: f"({one})"),
        st.tuples(inner, COUNTS).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
        inner.map(lambda one: f"(?P<name>{one})" if "?P" not in one else one),
    )


PATTERNS = st.recursive(ATOMS, _larger, max_leaves=8)
NAMES = st.text("ab_1.é{x}", max_size=7)


@given(st.booleans(), PATTERNS, st.lists(NAMES, min_size=1, max_size=4))
def test_a_pattern_fits_what_it_fits_in_python(
    ignoring: bool, pattern: str, names: list[str]
) -> None:
    text = f"(?i){pattern}" if ignoring else pattern
    try:
        oracle = re.compile(text)
    except re.error:  # two groups of one name
        with pytest.raises(re.error):
            Pattern(text)
        return

    ours = Pattern(text)

    assert [bool(oracle.fullmatch(name)) for name in names] == [
        ours.fullmatch(name) for name in names
    ]


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+b", "(a|a)*b", "(a*)*b", ".*.*.*.*.*.*b", "(a?){60}a{60}", "((a{0,9}){0,9}){0,9}b"],
)
def test_no_pattern_takes_long(pattern: str) -> None:
    compiled = Pattern(pattern)
    started = time.process_time()

    compiled.fullmatch("a" * 63)

    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"(a)\1", "references and word edges are not supported"),
        (r"a\b", "references and word edges are not supported"),
        ("(?=a)a", "only plain and named groups are supported"),
        ("(?s:a)", "only plain and named groups are supported"),
        ("a++", "possessive repetitions are not supported"),
        ("(?>a)", "only plain and named groups are supported"),
        ("(a{99}){99}", "its repetitions make it too large"),
        ("a{4001}", "its repetitions make it too large"),
        ("(" * 51 + ")" * 51, "more than 50 groups"),
        ("a" * (LONGEST + 1), "more than 1000 characters"),
        ("((((()" + "{4000})" * 4 + "{4000}", "its repetitions make it too large"),
    ],
)
def test_what_needs_more_than_linear_time_or_room_is_refused(pattern: str, said: str) -> None:
    with pytest.raises(Unsupported, match=said):
        Pattern(pattern)


def test_what_is_no_pattern_is_an_error_of_python() -> None:
    with pytest.raises(re.error):
        Pattern("(")


def test_a_name_without_end_fits_nothing() -> None:
    assert fits(".*", "a" * LONGEST_NAME)
    assert not fits(".*", "a" * (LONGEST_NAME + 1))
    assert not fits(re.escape("a." * 5000), "a." * 500)
