"""Every text field of a report in turn, and all at once, through every renderer.

The fields are those of the model, so that one that is new is tried too.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.report.formats import FORMATS
from ci_runner.report.json import dump
from ci_runner.report.markdown import LEVELS, render
from ci_runner.report.model import Report, ReportedFinding
from ci_runner.report.steps import render_steps
from ci_runner.report.text import render as render_text
from tests.hostile.outputs import (
    GITHUB,
    elements,
    poisoned,
    shape_of_xml,
    shown,
    unseen,
    unwanted_in_json,
    unwanted_in_log,
    unwanted_in_markdown,
)
from tests.report.examples import BUILD, PROJECT, REPORT
from tests.report.hostile import HOSTILE, TEXTS

PROPERTIES = {"file", "title", "line", "endLine", "col", "endColumn"}
SITE = f"{BUILD.web_url}/"
FAILED = replace(
    PROJECT,
    state="unknown",
    problem="x",
    steps=tuple(replace(each, outcome="failed", error="x") for each in PROJECT.steps),
)
WHOLE = replace(
    REPORT,
    projects=(
        replace(PROJECT, problem=""),
        FAILED,
        replace(PROJECT, state="differs", generated=()),
    ),
    notices=("x",),
)
RAW = st.text(
    alphabet=st.sampled_from(
        "`~|<>&@#/\\*_[]()!:;$%^\"'=\n\r\t -a1\x00\x1b\x9b\x85\u202e\u200b\u2028"
    ),
    max_size=80,
)
SAMPLES = st.one_of(TEXTS, RAW, st.sampled_from(HOSTILE).flatmap(lambda a: TEXTS.map(a.__add__)))


def poisoned_report(text: str) -> Report:
    """With the report's own build, so that there is something to link to."""
    return replace(poisoned(WHOLE, text if text.strip() else "x"), build=BUILD, committed="")


def findings(report: Report) -> tuple[ReportedFinding, ...]:
    return tuple(each for project in report.projects for each in project.findings)


@given(SAMPLES)
@settings(max_examples=200, deadline=None)
def test_t5_t6_t7_no_text_adds_an_element_a_mention_or_an_action_to_markdown(text: str) -> None:
    tokens = GITHUB.parse(render(poisoned_report(text)))

    assert [] == list(unwanted_in_markdown(tokens, SITE))
    assert EXPECTED == elements(tokens)


@pytest.mark.parametrize("level", range(LEVELS))
def test_t5_a_build_of_the_pull_request_s_own_making_adds_none_either(level: int) -> None:
    expected = elements(GITHUB.parse(render(poisoned(WHOLE, "x"), level)))
    for text in filter(None, HOSTILE):
        tokens = GITHUB.parse(render(poisoned(WHOLE, text), level))

        assert [] == list(unwanted_in_markdown(tokens, "nowhere"))
        assert expected == elements(tokens)


@given(SAMPLES)
@settings(max_examples=200, deadline=None)
def test_t8_t26_no_text_is_obeyed_by_a_log_or_a_terminal(text: str) -> None:
    report = poisoned_report(text)
    steps = tuple(step for project in report.projects for step in project.steps)

    assert [] == list(unwanted_in_log(render_text(report, color=False)))
    assert [] == list(unwanted_in_log(render_steps(steps, color=False)))


@given(SAMPLES)
@settings(max_examples=200, deadline=None)
def test_t27_documents_keep_their_shape_and_hide_nothing(text: str) -> None:
    found, harmless = findings(poisoned_report(text)), findings(poisoned_report("x"))
    junit = FORMATS["junit"](found, "warning")
    sarif = FORMATS["sarif"](found, "warning")
    quality = FORMATS["codequality"](found, "warning")

    assert shape_of_xml(FORMATS["junit"](harmless, "warning")) == shape_of_xml(junit)
    assert [] == list(unseen(junit.replace("\u200b", "")))
    for document in (sarif, quality, FORMATS["json"](found, "warning")):
        assert [] == list(unwanted_in_json(document))
    for document in (sarif, quality):
        assert [] == [bad for each in shown(json.loads(document)) for bad in unseen(each)]


@given(SAMPLES)
@settings(max_examples=200, deadline=None)
def test_t8_a_workflow_command_is_one_line_with_its_own_properties_only(text: str) -> None:
    found = findings(poisoned_report(text))

    lines = FORMATS["github"](found, "warning").splitlines()

    assert len(found) == len(lines)
    for line in lines:
        _, head, _ = line.split("::", 2)
        names = [each.partition("=")[0] for each in head.partition(" ")[2].split(",")]
        assert (
            {"file", "title"}
            <= set(names)
            <= {"file", "title", "line", "endLine", "col", "endColumn"}
        )
        assert len(names) == len(set(names))
    assert [] == [bad for line in lines for bad in unseen(line.replace("\u200b", ""))]


@given(SAMPLES)
@settings(deadline=None)
def test_t27_report_json_is_ascii(text: str) -> None:
    assert [] == list(unwanted_in_json(dump(poisoned_report(text)).decode()))


EXPECTED = elements(GITHUB.parse(render(poisoned_report("x"))))
