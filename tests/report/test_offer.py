from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from ci_runner.report.markdown import render
from ci_runner.report.model import GeneratedFile, Report, ReportedStatement
from tests.report.examples import GENERATED, PROJECT, REPORT

FILE = GeneratedFile(
    GENERATED, "-- schema-ci:generated sha256:0\n\nALTER TABLE t ADD COLUMN a int;\n"
)


def missing(offered: Literal["", "suggest", "artifact"], sql: str = PROJECT.plan[0].sql) -> Report:
    plan = (ReportedStatement(sql, "", "table t", destructive=False),)
    project = replace(PROJECT, state="differs", plan=plan, generated=(FILE,), offered=offered)
    return replace(REPORT, projects=(project,))


def test_b1_suggested_files_are_shown_whole() -> None:
    assert f"```\n{FILE.content}```" in render(missing("suggest"))


def test_b1_of_an_artifact_the_place_is_told() -> None:
    text = render(missing("artifact"))

    assert "lies in <code>missing</code>" in text
    assert FILE.content not in text


@pytest.mark.parametrize("offered", ["suggest", "artifact"])
def test_t11_data_is_not_shown_with_them(offered: Literal["suggest", "artifact"]) -> None:
    assert FILE.content not in render(missing(offered, "UPDATE t SET a = 'jane@example.org'"))


def test_what_is_not_offered_is_not_shown() -> None:
    assert FILE.content not in render(missing(""))
