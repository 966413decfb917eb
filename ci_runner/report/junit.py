"""Findings as JUnit XML: one test case each, failed from the level on that fails the run."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from ci_runner.log import visible
from ci_runner.report.findings import render_text
from ci_runner.report.model import ReportedFinding
from ci_runner.report.verdict import fails


def render_junit(findings: Sequence[ReportedFinding], fail_on: str) -> str:
    r"""A document that every CI reads; without findings one test case that passed.

    Characters that XML 1.0 has no place for are shown as `\u{..}`.
    """
    failing = [fails(each.severity, fail_on) for each in findings]
    suite = ET.Element(
        "testsuite",
        name="schema-ci",
        tests=str(max(len(findings), 1)),
        failures=str(sum(failing)),
        errors="0",
        skipped="0",
    )
    for finding, failed in zip(findings, failing, strict=True):
        _case(suite, finding, failed=failed)
    if not findings:
        ET.SubElement(suite, "testcase", name="no findings", classname="schema-ci")
    whole = ET.Element("testsuites")
    whole.append(suite)
    ET.indent(whole)
    text = ET.tostring(whole, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _case(suite: ET.Element, finding: ReportedFinding, *, failed: bool) -> None:
    path, rule = visible(finding.path), visible(finding.rule)
    place = f"{path}:{finding.line}" if finding.line > 0 else path
    case = ET.SubElement(suite, "testcase", name=f"{rule} {place}", classname=rule, file=path)
    if finding.line > 0:
        case.set("line", str(finding.line))
    said = render_text([finding], color=False)
    if failed:
        message = visible(finding.message)
        failure = ET.SubElement(case, "failure", message=message, type=rule)
        failure.text = said
    else:
        ET.SubElement(case, "system-out").text = said
