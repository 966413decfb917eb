from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ci_runner.errors import UsageError
from ci_runner.report.artifact import LARGEST
from ci_runner.report.formats import FORMATS
from ci_runner.report.json import dump, load
from ci_runner.report.markdown import LEVELS, render
from ci_runner.report.model import (
    GeneratedFile,
    Report,
    ReportedBuild,
    ReportedFile,
    ReportedFinding,
    ReportedProject,
    ReportedStep,
)
from ci_runner.report.text import render as text
from ci_runner.report.verdict import verdict
from tests.report.examples import REPORT

T = TypeVar("T")
# How long whole reports take to draw depends on what else the machine does.
SLOW = [HealthCheck.too_slow]

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=20)
NAME = st.from_regex(r"[a-z0-9_]{1,8}", fullmatch=True)
PATH = st.lists(NAME, min_size=1, max_size=3).map("/".join)
COMMIT = st.just("") | st.from_regex(r"[0-9a-f]{40}", fullmatch=True)
SITE = st.just("") | NAME.map("https://forge.example/acme/{}".format)
NUMBER = st.integers(0, 2**53)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, st.floats(0, allow_nan=False, allow_infinity=False))
st.register_type_strategy(int, NUMBER)


def several(each: st.SearchStrategy[T]) -> st.SearchStrategy[tuple[T, ...]]:
    return st.lists(each, max_size=2).map(tuple)


PROJECTS = st.lists(
    st.builds(
        ReportedProject,
        name=NAME,
        dialect=LINE,
        server=LINE,
        directory=PATH,
        format=LINE,
        files=several(st.builds(ReportedFile, path=PATH, sha256=st.just("0" * 64))),
        steps=several(st.builds(ReportedStep, path=PATH)),
        findings=several(st.builds(ReportedFinding, rule=LINE, path=PATH, fingerprint=LINE)),
        generated=several(st.builds(GeneratedFile, path=PATH)),
    ),
    max_size=3,
    unique_by=lambda project: project.name,
).map(tuple)
BUILDS = st.builds(
    ReportedBuild,
    provider=LINE,
    repository=LINE,
    base=LINE,
    web_url=SITE,
    head_sha=COMMIT,
    base_sha=COMMIT,
    run_url=SITE,
)
REPORTS = st.builds(
    Report,
    tool_version=LINE,
    build=BUILDS,
    projects=PROJECTS,
    format=st.just(1),
    committed=COMMIT,
    shards=several(st.sampled_from(["1/2", "2/2"])),
    reported_by=LINE,
)


@given(REPORTS)
@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
def test_a_report_survives_the_round_trip(report: Report) -> None:
    assert report == load(dump(report))


@given(REPORTS)
@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
def test_t21_whatever_is_read_can_be_shown(report: Report) -> None:
    """A stranger's report must not be able to end the job that publishes it."""
    findings = tuple(each for project in report.projects for each in project.findings)

    shown = [render(report, level) for level in range(LEVELS)]
    shown += [text(report, False), *(each(findings, report.fail_on) for each in FORMATS.values())]

    assert all(shown[: LEVELS + 1])
    assert verdict(report).sentence in shown[0]


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


def put(*path: str | int, value: object) -> Callable[[Any], None]:
    """A change of one place in a report's JSON."""

    def change(document: Any) -> None:
        for part in path[:-1]:
            document = document[part]
        document[path[-1]] = value

    return change


PROJECT = ("projects", 0)
FINDING = (*PROJECT, "findings", 0)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (put(*FINDING, "path", value="/etc/passwd"), "projects[0].findings[0].path: no clean path"),
        (put(*FINDING, "path", value="a/../../b"), "projects[0].findings[0].path: no clean path"),
        (put(*FINDING, "path", value="a\\b"), "no clean path"),
        (put(*FINDING, "path", value="--upload-pack=x"), "no clean path"),
        (put(*FINDING, "path", value="a.sql\n::error::x"), "no single line"),
        (put(*FINDING, "path", value="a//b"), "no clean path"),
        (put(*FINDING, "rule", value="x\u2028y"), "projects[0].findings[0].rule: no single line"),
        (put(*FINDING, "rule", value="x" * 4097), "no single line of at most 4096 characters"),
        (put(*FINDING, "message", value="x" * (2**20 + 1)), "more than 1048576 characters"),
        (put(*FINDING, "message", value="a\0b"), "a NUL character"),
        (put(*FINDING, "line", value=-1), "projects[0].findings[0].line: no whole number"),
        (put(*FINDING, "line", value=2**60), "no whole number"),
        (put(*PROJECT, "steps", 0, "milliseconds", value=float("inf")), "no number from 0 on"),
        (put(*PROJECT, "unmanaged", value=["x"] * 100_001), "more than 100000 entries"),
        (put(*PROJECT, "directory", value="../up"), "projects[0].directory: no clean path"),
        (put(*PROJECT, "files", 0, "sha256", value="x"), "no SHA-256"),
        (put(*PROJECT, "generated", 0, "path", value=".git/../x"), "no clean path"),
        (put("build", "head_sha", value="HEAD"), "build.head_sha: no commit's hash"),
        (put("build", "run_url", value="javascript:alert(1)"), "build.run_url: no address"),
        (put("build", "web_url", value="https://a@b.example/"), "build.web_url: no address"),
        (put("shards", value=["3/2"]), "shards[0]: no part such as 2/3"),
        (lambda it: it["projects"].append(it["projects"][0]), "two have the same name"),
    ],
)
def test_t21_what_is_not_sound_is_refused_with_the_place(
    change: Callable[[Any], None], where: str
) -> None:
    document = json.loads(dump(REPORT))
    change(document)

    with pytest.raises(UsageError) as refused:
        load(json.dumps(document).encode())

    assert where in refused.value.where
    assert "\n::error" not in str(refused.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of a JSON document that holds something."""
    pairs: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    found = [path] if path else []
    return found + [each for key, inner in pairs for each in places(inner, (*path, key))]


@given(st.sampled_from(places(json.loads(dump(REPORT)))), JSON)
@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
def test_t21_whatever_stands_in_any_place_is_read_or_refused(
    place: tuple[str | int, ...], value: object
) -> None:
    document = json.loads(dump(REPORT))
    put(*place, value=value)(document)

    try:
        report = load(json.dumps(document).encode())
    except UsageError as refused:
        assert refused.where  # noqa: PT017 - a refusal is one of two good ends
    else:
        assert render(report)
