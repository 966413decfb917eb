from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given

from ci_runner.context import Build
from ci_runner.publish.stamp import stamp, stamped, unstamped
from ci_runner.report.markdown import render
from tests.publish.conftest import Scene
from tests.report.examples import REPORT
from tests.report.hostile import TEXTS

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
URL = "https://github.invalid/acme/shop/actions/runs/31"
BUILD = Build("github-actions", run_id="31", run_url=URL)


@pytest.mark.parametrize("level", range(4))
def test_a10_the_status_line_names_the_run_and_the_time(level: int) -> None:
    shown = stamped(render(REPORT, level), stamp(BUILD, AT))

    (line,) = (line for line in shown.splitlines() if "UTC" in line)
    assert f" · [run 31]({URL}) · 2026-03-04 05:06 UTC</sub>" in line
    assert render(REPORT, level) == unstamped(shown)


def test_without_a_page_of_the_run_the_time_is_told() -> None:
    shown = stamped(render(REPORT), stamp(Build("local"), AT))

    assert "</code> · 2026-03-04 05:06 UTC</sub>" in shown
    assert render(REPORT) == unstamped(shown)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x.invalid/a) [b](c"])
def test_t5_an_address_that_is_none_is_no_link(url: str) -> None:
    assert " · 2026-03-04 05:06 UTC" == stamp(Build("local", run_id="1", run_url=url), AT)


@given(TEXTS)
def test_a_text_without_a_status_line_is_left_alone(text: str) -> None:
    assert text == unstamped(stamped(text, stamp(BUILD, AT)))


def test_a6_a_comment_is_not_written_again_for_another_time(scene: Scene) -> None:
    def text(level: int) -> str:
        return render(REPORT, level)

    scene.publish(render=text)
    before = scene.fake.comments[0]["body"]
    writes = len(scene.fake.writes)

    scene.publish(render=text, build=scene.build("6"), at=AT)

    assert "[run 5]" in before
    assert before == scene.fake.comments[0]["body"]
    assert writes == len(scene.fake.writes)
