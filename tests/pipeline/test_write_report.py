from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ci_runner.pipeline.run import write_report
from ci_runner.report.artifact import LARGEST
from ci_runner.report.bounded import FINDINGS, bounded
from ci_runner.report.json import load
from ci_runner.report.verdict import verdict
from tests.report.examples import FINDINGS as EXAMPLES
from tests.report.examples import PROJECT, REPORT

FOUND = EXAMPLES[0]


def shown(page: Path) -> str:
    return page.read_text("utf-8").replace("<code>", "").replace("</code>", "")


def test_t14_files_of_100000_findings_can_be_read_by_who_reads_them(tmp_path: Path) -> None:
    warning, error = (replace(FOUND, severity=each) for each in ("warning", "error"))
    project = replace(PROJECT, findings=(*(warning,) * 99_999, error))
    whole = replace(REPORT, projects=(project,))

    write_report(bounded(whole), tmp_path)

    read = load((tmp_path / "report.json").read_bytes())
    assert FINDINGS == len(read.projects[0].findings)
    assert "95000 of 100000 findings are left out" in read.notices[-1]
    assert "fail" == verdict(read).outcome
    sizes = {each.name: each.stat().st_size for each in tmp_path.glob("report.*")}
    assert sizes["report.json"] < LARGEST
    assert sizes["report.md"] < 1_000_000
    assert sizes["report.sarif"] < 10_000_000
    assert "95000 of 100000" in (tmp_path / "report.md").read_text("utf-8").replace(
        "</code>", ""
    ).replace("<code>", "")


def test_t14_report_md_is_no_longer_than_a_forge_takes(tmp_path: Path) -> None:
    plan = tuple(replace(each, sql=f"{each.sql} -- {'x' * 1000}") for each in PROJECT.plan * 600)

    write_report(replace(REPORT, projects=(replace(PROJECT, plan=plan),)), tmp_path)

    text = (tmp_path / "report.md").read_text("utf-8")
    assert len(text.encode()) < 1_000_000
    assert "Left out to fit" in text
