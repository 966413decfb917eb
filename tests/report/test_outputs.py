from __future__ import annotations

from dataclasses import replace

from ci_runner.report.annotations import render_few
from ci_runner.report.model import ReportedFinding
from ci_runner.report.outputs import OUTPUTS, result_outputs
from ci_runner.report.plan_hash import plan_hash
from tests.report.examples import REPORT


def test_outputs_of_the_report_are_among_those_that_are_documented() -> None:
    found = result_outputs(REPORT)

    assert found.keys() < OUTPUTS.keys()
    assert "fail" == found["outcome"]
    assert "true" == found["changed"]


def test_t25_another_plan_or_another_base_has_another_hash() -> None:
    first, *others = REPORT.projects
    edited = replace(first, files=(replace(first.files[0], sha256="1" * 64), *first.files[1:]))
    hashes = {
        plan_hash(REPORT),
        plan_hash(replace(REPORT, projects=(edited, *others))),
        plan_hash(replace(REPORT, build=replace(REPORT.build, base_sha="f" * 40))),
    }

    assert 3 == len(hashes)
    assert plan_hash(REPORT) == plan_hash(replace(REPORT, tool_version="another"))


def found(severity: str, number: int) -> list[ReportedFinding]:
    return [
        ReportedFinding(f"{severity}-{n}", severity, "::error::x\n##[y]", "a.sql", n + 1, n + 1)  # type: ignore[arg-type]
        for n in range(number)
    ]


def test_a14_workflow_commands_are_ten_of_a_kind_errors_first_and_count_the_rest() -> None:
    lines = render_few([*found("note", 12), *found("warning", 3), *found("error", 11)], "s").split(
        "\n"
    )

    kinds = [line.split()[0] for line in lines if line]
    assert ["::error"] * 10 + ["::warning"] * 3 + ["::notice"] * 10 == kinds
    assert "::notice title=schema-ci::4 more in s" == lines[-2]


def test_a14_what_is_shown_whole_says_nothing_of_more() -> None:
    assert 2 == render_few(found("error", 2), "s").count("\n")
    assert "" == render_few([], "s")


def test_t8_no_finding_can_write_a_command_of_its_own() -> None:
    lines = render_few(found("error", 3), "s").splitlines()

    assert 3 == len(lines)
    assert all(line.startswith("::error file=") for line in lines)
    assert [] == [line for line in lines if "##[" in line]
