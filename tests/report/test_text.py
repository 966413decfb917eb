from __future__ import annotations

from dataclasses import replace

import pytest

from ci_runner.report.text import render
from tests.report.examples import NEW, PROJECT, REPORT, STEPS
from tests.report.hostile import HOSTILE


def test_the_verdict_comes_first_and_findings_name_their_line() -> None:
    lines = render(REPORT, False).splitlines()

    assert lines[0].startswith("fail: 1 error, 1 warning")
    assert any(line.startswith(f"{NEW}:1: error: drop-column: column users") for line in lines)
    assert any(line.startswith(f"  {NEW}:4  ok  0.4 ms  1 row") for line in lines)


def test_a_failure_is_told_in_four_parts() -> None:
    failed = replace(STEPS[0], outcome="failed", error="no such column")
    report = replace(REPORT, projects=(replace(PROJECT, steps=(failed,), state="differs"),))

    text = render(report, False)

    assert f"error: the migration does not apply\n  {NEW}:1\n  postgres: no such column\n" in text
    assert "next: run `schema-ci diff --project shop`" in text


def test_color_is_only_there_when_asked_for() -> None:
    assert "\x1b" not in render(REPORT, False)
    assert render(REPORT, True).startswith("\x1b[31mfail\x1b[0m:")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_speaks_to_the_terminal_or_the_ci(text: str) -> None:
    steps = tuple(replace(s, sql=text, path=text, outcome="failed", error=text) for s in STEPS)
    plan = tuple(replace(each, sql=text) for each in PROJECT.plan)
    findings = tuple(replace(each, path=text, message=text) for each in PROJECT.findings)
    project = replace(PROJECT, name=text, steps=steps, plan=plan, findings=findings)

    shown = render(replace(REPORT, projects=(project,), gaps=(text,), reported_by=text), False)

    assert not {"\x1b", "\r", "\x07", "\u202e", "\ufeff"} & set(shown)
    assert not any(line.lstrip().startswith("::") for line in shown.splitlines())
    assert "##[" not in shown
