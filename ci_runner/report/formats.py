"""The formats of `schema-ci lint --format`, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ci_runner.report.annotations import render_annotations
from ci_runner.report.codequality import render_codequality
from ci_runner.report.findings import render_json
from ci_runner.report.junit import render_junit
from ci_runner.report.markdown import render_findings
from ci_runner.report.model import ReportedFinding
from ci_runner.report.sarif import render_sarif

Renderer = Callable[[Sequence[ReportedFinding], str], str]
# All but text, which alone knows colours. The second argument is the level that fails a run.
FORMATS: Mapping[str, Renderer] = {
    "json": lambda findings, _: render_json(findings),
    "sarif": lambda findings, _: render_sarif(findings),
    "junit": render_junit,
    "codequality": lambda findings, _: render_codequality(findings),
    "github": lambda findings, _: render_annotations(findings),
    "markdown": lambda findings, _: render_findings(findings),
}
NAMES = ("text", *FORMATS)
