"""Anybody may write a comment that looks like ours: reading it must never end the run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.publish.marker import read_marker

NUMBER = "9" * 5_000


@pytest.mark.parametrize(
    "fields",
    [
        "{" + '"a":{' * 30_000 + "}" * 30_001,
        '{"id":' + "[" * 30_000 + "]" * 30_000 + "}",
        f'{{"seq":{NUMBER}}}',
        '{"id":NaN}',
        '{"id":"x","id2":"y"}',
        '{"id":1,"head":2,"run":3,"at":4,"hash":5}',
        "{}",
        '{"id":"\\ud800","head":null}',
    ],
)
def test_a2_a_marker_that_is_no_marker_is_none(fields: str) -> None:
    assert read_marker(f"<!-- schema-ci:v1 {fields} -->\ntext") is None


@given(st.text())
def test_a2_no_text_makes_reading_fail(text: str) -> None:
    assert read_marker(f"<!-- schema-ci:v1 {{{text}}} -->") is None
