"""Blocks that GitHub and GitLab turn into a button."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ci_runner.report.suggestion import github, gitlab
from tests.report.examples import FINDINGS

OFFERED = replace(
    FINDINGS[0], line=4, end_line=6, suggestion="  CREATE INDEX CONCURRENTLY i\r\n  ON t (a);"
)


def test_a_suggestion_replaces_the_statements_lines() -> None:
    body = "  CREATE INDEX CONCURRENTLY i\n  ON t (a);\n```"

    assert f"```suggestion\n{body}" == github(OFFERED)
    assert f"```suggestion:-0+2\n{body}" == gitlab(OFFERED)


def test_its_fence_is_longer_than_any_in_it() -> None:
    shown = github(replace(OFFERED, suggestion="SELECT 1; -- ```` `"))

    assert shown.startswith("`````suggestion\n")
    assert shown.endswith("\n`````")


@pytest.mark.parametrize("text", ["", "SELECT \u202e1", "SELECT '\x1b'", "\nSELECT 1"])
def test_what_does_not_show_as_it_is_is_not_offered(text: str) -> None:
    assert ("", "") == (
        github(replace(OFFERED, suggestion=text)),
        gitlab(replace(OFFERED, suggestion=text)),
    )
