from __future__ import annotations

import json
from dataclasses import asdict, replace

from ci_runner.report.findings import render_json, render_text
from tests.report.examples import FINDINGS, NEW


def test_text_is_one_line_with_place_and_what_to_do_below() -> None:
    assert (
        f"{NEW}:1: error: drop-column: column users.phone is dropped: its data is lost and running"
        " clients still read it\n"
        "  instead: stop using the column first, drop it in a later release\n"
    ) == render_text(FINDINGS[1:], False)


def test_a_finding_on_the_file_has_no_line() -> None:
    assert render_text([replace(FINDINGS[0], line=0)], False).startswith(f"{NEW}: warning: ")


def test_nothing_found_prints_nothing() -> None:
    assert "" == render_text([], False)


def test_json_holds_every_field() -> None:
    assert [asdict(each) for each in FINDINGS] == json.loads(render_json(FINDINGS))
    assert list(json.loads(render_json(FINDINGS))[0]) == (
        "rule severity message path line end_line evidence instead"
        " column end_column snippet replacement suggestion fingerprint".split()
    )
