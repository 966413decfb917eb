"""A report without secrets, and nothing else changed."""

from __future__ import annotations

from dataclasses import replace

from ci_runner.report.json import dump
from ci_runner.report.redact import redacted
from tests.report import examples


def test_a_secret_is_taken_out_of_every_text_but_generated_files() -> None:
    report = examples.REPORT

    found = redacted(report, lambda text: f"<{text}>" if text else text)

    assert b"<" in dump(found)
    assert "<postgres>" == found.projects[0].dialect or "<sqlite>" == found.projects[0].dialect
    assert [project.generated for project in report.projects] == [
        project.generated for project in found.projects
    ]


def test_a_report_without_secrets_stays_the_same_value() -> None:
    report = replace(examples.REPORT, notices=("a notice",))

    assert report == redacted(report, str)
