"""Findings in the formats of forges: each as its reader's own description wants it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from ci_runner.lint.notices import NOTICES
from ci_runner.lint.rules import RULES
from ci_runner.report.annotations import render_annotations
from ci_runner.report.codequality import render_codequality
from ci_runner.report.findings import render_text
from ci_runner.report.formats import FORMATS, NAMES
from ci_runner.report.junit import render_junit
from ci_runner.report.markdown import render_findings
from ci_runner.report.model import ReportedFinding
from ci_runner.report.sarif import render_sarif
from tests.report.examples import FINDINGS, NEW
from tests.report.hostile import HOSTILE, TEXTS

SARIF = Draft4Validator(
    json.loads((Path(__file__).parent / "sarif-2.1.0.schema.json").read_text(encoding="utf-8"))
)
PLACED = ReportedFinding(
    "create-index-blocking",
    "warning",
    "builds index i on t while writes wait",
    "db/a b.sql",
    7,
    7,
    "SHARE on table public.t",
    "CREATE INDEX CONCURRENTLY",
    column=3,
    end_column=28,
    snippet="CREATE INDEX i ON t (a)",
    replacement="CREATE INDEX CONCURRENTLY i ON t (a)",
    fingerprint="0123456789abcdef",
)
EVERY = (*FINDINGS, PLACED, replace(PLACED, line=0, end_line=0, column=0, severity="note"))


def hostile(text: str) -> tuple[ReportedFinding, ...]:
    return tuple(
        replace(each, rule=text, message=text, path=text, evidence=text, instead=text, snippet=text)
        for each in EVERY
    )


def test_every_format_has_its_renderer() -> None:
    assert ("text", "json", "sarif", "junit", "codequality", "github", "markdown") == NAMES
    assert all(FORMATS[name](EVERY, "error") for name in NAMES if name != "text")


def test_text_shows_the_line_with_carets_and_what_to_write() -> None:
    assert (
        "db/a b.sql:7: warning: create-index-blocking: builds index i on t while writes wait\n"
        "  7 | CREATE INDEX i ON t (a)\n"
        "    | ^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  seen: SHARE on table public.t\n"
        "  instead: CREATE INDEX CONCURRENTLY\n"
        "  write: CREATE INDEX CONCURRENTLY i ON t (a);\n"
    ) == render_text([PLACED], False)


@pytest.mark.parametrize(("snippet", "width"), [("SELECT '語'", 11), ("SELECT 'e\u0301'", 10)])
def test_carets_are_as_wide_as_a_terminal_shows_the_line(snippet: str, width: int) -> None:
    carets = render_text([replace(PLACED, snippet=snippet)], False).splitlines()[2]

    assert f"    | {'^' * width}" == carets


def test_a_statement_of_many_lines_says_where_it_ends() -> None:
    shown = render_text([replace(PLACED, end_line=9)], False)

    assert "^^ … to line 9\n" in shown


def test_findings_about_one_statement_show_it_once() -> None:
    beside = replace(PLACED, rule="other", message="says more", replacement="")
    below = replace(PLACED, line=8, end_line=8)

    lines = render_text([PLACED, beside, below], False).splitlines()

    assert 2 == sum("CREATE INDEX i ON t (a)" in line for line in lines)
    assert "db/a b.sql:7: warning: other: says more" == lines[6]
    assert "  seen: SHARE on table public.t" == lines[7]


def test_a_long_statement_is_cut_where_a_terminal_would_break_it() -> None:
    _, line, carets, *_ = render_text([replace(PLACED, snippet="x" * 300)], False).splitlines()

    assert f"  7 | {'x' * 120}…" == line
    assert len(line) == len(carets)


def test_sarif_is_valid_by_its_schema() -> None:
    document = json.loads(render_sarif(EVERY))

    assert [] == [each.message for each in SARIF.iter_errors(document)]
    assert [] == list(SARIF.iter_errors(json.loads(render_sarif([]))))


def test_the_schema_refuses_what_is_no_sarif() -> None:
    document = json.loads(render_sarif(EVERY))
    del document["runs"][0]["results"][0]["message"]

    assert ["'message' is a required property"] == [e.message for e in SARIF.iter_errors(document)]


@pytest.mark.parametrize("entry", [*RULES, *NOTICES], ids=lambda each: each.id)
def test_sarif_explains_each_rule(entry: object) -> None:
    name = str(getattr(entry, "id"))  # noqa: B009 - a rule or a notice
    document = json.loads(render_sarif([replace(PLACED, rule=name)]))
    (rule,) = document["runs"][0]["tool"]["driver"]["rules"]

    assert [] == list(SARIF.iter_errors(document))
    assert name == rule["id"]
    assert rule["help"]["markdown"].startswith(rule["fullDescription"]["text"])
    assert ("```sql" in rule["help"]["markdown"]) == (entry in RULES)


def test_sarif_places_the_statement_and_its_replacement() -> None:
    (result,) = json.loads(render_sarif([PLACED]))["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    (replaced,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    region = {"startLine": 7, "endLine": 7, "startColumn": 3, "endColumn": 28}

    assert {"uri": "db/a%20b.sql", "uriBaseId": "%SRCROOT%"} == place["artifactLocation"]
    assert {**region, "snippet": {"text": PLACED.snippet}} == place["region"]
    assert region == replaced["deletedRegion"]
    assert {"text": PLACED.replacement} == replaced["insertedContent"]
    assert {"schemaCi/v1": PLACED.fingerprint} == result["partialFingerprints"]


def test_sarif_gives_a_file_as_a_whole_no_region() -> None:
    (result,) = json.loads(render_sarif([EVERY[-1]]))["runs"][0]["results"]

    assert "region" not in result["locations"][0]["physicalLocation"]
    assert "note" == result["level"]


@pytest.mark.parametrize(("level", "failures"), [("error", 1), ("warning", 3), ("never", 0)])
def test_junit_fails_from_the_level_on(level: str, failures: int) -> None:
    suite = ET.fromstring(render_junit(EVERY, level))[0]

    assert ["4", str(failures)] == [suite.get("tests"), suite.get("failures")]
    assert failures == len(suite.findall("testcase/failure"))
    assert 4 - failures == len(suite.findall("testcase/system-out"))


def test_junit_of_nothing_is_a_test_that_passed() -> None:
    (case,) = ET.fromstring(render_junit([], "note"))[0]

    assert ("no findings", 0) == (case.get("name"), len(case))


@given(text=TEXTS)
def test_junit_is_xml_whatever_stands_in_it(text: str) -> None:
    suite = ET.fromstring(render_junit(hostile(text), "note"))[0]

    assert 4 == len(suite.findall("testcase"))


@pytest.mark.parametrize("text", ["\x00", "\x0b", "\ufffe", "\ud800", "]]>", "\x1b[0m"])
def test_what_xml_has_no_place_for_is_shown(text: str) -> None:
    written = render_junit(hostile(text), "note")

    assert 4 == len(ET.fromstring(written)[0])
    assert text == "]]>" or text not in written


# What Jenkins' junit-10.xsd has of the elements that we write: needed and allowed attributes, and
# children in their order. GitLab and CircleCI read a part of it.
JUNIT = {
    "testsuites": (set(), set(), ["testsuite"]),
    "testsuite": ({"name"}, {"tests", "failures", "errors", "skipped"}, ["testcase"]),
    "testcase": ({"name"}, {"classname", "file", "line"}, ["failure", "system-out"]),
    "failure": (set(), {"message", "type"}, []),
    "system-out": (set(), set(), []),
}


@pytest.mark.parametrize("level", ["error", "note", "never"])
@pytest.mark.parametrize("findings", [(), EVERY, hostile("\x00]]>&\"'<")])
def test_junit_is_what_jenkins_describes(findings: tuple[ReportedFinding, ...], level: str) -> None:
    root = ET.fromstring(render_junit(findings, level))

    for each in root.iter():
        needed, allowed, children = JUNIT[each.tag]
        assert needed <= each.attrib.keys() <= needed | allowed
        assert sorted((one.tag for one in each), key=children.index) == [one.tag for one in each]
    (suite,) = root
    counted = {"tests": "testcase", "failures": "testcase/failure", "errors": "testcase/error"}
    assert {name: len(suite.findall(of)) for name, of in counted.items()} == {
        name: int(suite.attrib[name]) for name in counted
    }
    places = [each.attrib["line"] for each in root.iter("testcase") if "line" in each.attrib]
    assert all(line.isdigit() and int(line) > 0 for line in places)


@given(text=TEXTS)
def test_json_formats_hold_any_text(text: str) -> None:
    document = json.loads(render_sarif(hostile(text)))

    assert [] == list(SARIF.iter_errors(document))
    assert 4 == len(json.loads(render_codequality(hostile(text))))


def test_codequality_has_what_gitlab_reads() -> None:
    issues = json.loads(render_codequality(EVERY))

    assert ["major", "critical", "major", "info"] == [each["severity"] for each in issues]
    assert {"path": NEW, "lines": {"begin": 3, "end": 3}} == issues[0]["location"]
    assert 1 == issues[-1]["location"]["lines"]["begin"]
    assert all({"description", "check_name", "fingerprint"} < each.keys() for each in issues)


@pytest.mark.parametrize("findings", [EVERY, (*EVERY, *EVERY), hostile("\x00/../é\n")])
def test_codequality_has_every_field_that_gitlab_documents(
    findings: tuple[ReportedFinding, ...],
) -> None:
    """docs.gitlab.com/ci/testing/code_quality: all are needed, and a fingerprint is unique."""
    issues = json.loads(render_codequality(findings))

    for each in issues:
        location = each.pop("location")
        assert {"description", "check_name", "fingerprint", "severity"} == each.keys()
        assert all(isinstance(value, str) and value for value in each.values())
        assert each["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert {"path", "lines"} == location.keys()
        assert location["path"]
        assert not location["path"].startswith("./")
        assert 1 <= location["lines"]["begin"] <= location["lines"]["end"]
    assert len(issues) == len({each["fingerprint"] for each in issues})


def test_codequality_gives_twins_names_of_their_own_and_the_same_ones_next_time() -> None:
    twins = (PLACED, replace(PLACED, line=70))
    names = [each["fingerprint"] for each in json.loads(render_codequality(twins))]
    moved = [replace(each, line=each.line + 5) for each in twins]

    assert 2 == len(set(names))
    assert names == [each["fingerprint"] for each in json.loads(render_codequality(moved))]


def test_annotations_are_workflow_commands_the_worst_first() -> None:
    lines = render_annotations([PLACED, FINDINGS[1]]).splitlines()

    assert lines[0].startswith(f"::error file={NEW},title=drop-column,line=1,endLine=1::column u")
    assert (
        "::warning file=db/a b.sql,title=create-index-blocking,line=7,endLine=7,col=3,endColumn=28"
        "::builds index i on t while writes wait%0Aseen: SHARE on table public.t"
        "%0Ainstead: CREATE INDEX CONCURRENTLY"
    ) == lines[1]


@pytest.mark.parametrize("text", [*HOSTILE, "a,line=1::x", "100%0A::error::x"])
def test_an_annotation_stays_one_command(text: str) -> None:
    shown = render_annotations(hostile(text))

    assert 4 == len(shown.splitlines())
    for line in shown.splitlines():
        head = line[2:].split("::", 1)[0]
        assert 1 == sum(each.startswith("file=") for each in head.split(" ", 1)[1].split(","))
        assert ":" not in head


@pytest.mark.parametrize("render", [render_findings])
def test_markdown_is_a_table_the_worst_first(
    render: Callable[[tuple[ReportedFinding, ...]], str],
) -> None:
    lines = render(FINDINGS).splitlines()

    assert "| Severity | Rule | Where | What, and what to do instead |" == lines[0]
    assert ["❌ error", "⚠️ warning"] == [line.split(" | ")[0][2:] for line in lines[2:]]
    assert "No findings.\n" == render(())
