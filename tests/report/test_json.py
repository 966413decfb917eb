from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.errors import UsageError
from ci_runner.report.json import LARGEST, dump, load
from ci_runner.report.model import Report
from tests.report.examples import REPORT

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


@given(st.builds(Report, format=st.just(1)))
@settings(max_examples=40, deadline=None)
def test_a_report_survives_the_round_trip(report: Report) -> None:
    assert report == load(dump(report))


def test_it_is_written_in_one_way() -> None:
    content = dump(REPORT)

    assert content == dump(load(content))
    assert content.endswith(b"}\n")
    assert content.startswith(b'{\n  "tool_version": "0.1.0",\n  "build": {')


def changed(**keys: object) -> bytes:
    return json.dumps({**json.loads(dump(REPORT)), **keys}).encode()


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "an object"),
        (b"{}", "format: expected 1, found None"),
        (changed(format=2), "format: expected 1, found 2"),
        (changed(extra=1), "extra"),
        (changed(tool_version=1), "tool_version: Input should be a valid string"),
        (changed(fail_on="maybe"), "fail_on"),
        (changed(projects=[{"name": "a"}]), "projects[0].dialect"),
        (b" " * (LARGEST + 1), "bytes"),
    ],
)
def test_what_is_no_report_is_refused_with_the_place(content: bytes, where: str) -> None:
    with pytest.raises(UsageError) as refused:
        load(content)

    assert where in refused.value.where


def test_unknown_keys_are_refused_at_every_depth() -> None:
    document = json.loads(dump(REPORT))
    document["projects"][0]["findings"][0]["x"] = 1

    with pytest.raises(UsageError) as refused:
        load(json.dumps(document).encode())

    assert "projects[0].findings[0].x" in refused.value.where
