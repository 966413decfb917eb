"""Findings as SARIF 2.1.0, for code scanning: docs.oasis-open.org/sarif/sarif/v2.1.0."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from ci_runner import __version__
from ci_runner.lint.manual import example
from ci_runner.lint.notices import NOTICES, Notice
from ci_runner.lint.rule import Rule, Severity
from ci_runner.lint.rules import RULES
from ci_runner.log import visible
from ci_runner.report.model import ReportedFinding

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_ROOT = "%SRCROOT%"
Json = dict[str, object]


def render_sarif(findings: Sequence[ReportedFinding]) -> str:
    """One run of one tool. Columns count characters; addresses are relative to the repository.

    Only rules that found something are described: those of a team's own have no more than an id.
    """
    names = list(dict.fromkeys(finding.rule for finding in findings))
    known: dict[str, Rule | Notice] = {each.id: each for each in RULES}
    known |= {each.id: each for each in NOTICES}
    driver: Json = {
        "name": "schema-ci",
        "semanticVersion": __version__,
        "rules": [_described(name, known.get(name)) for name in names],
    }
    run: Json = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, names.index(each.rule)) for each in findings],
    }
    document: Json = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(document, indent=2) + "\n"


def _described(name: str, entry: Rule | Notice | None) -> Json:
    if entry is None:
        return {"id": visible(name)}
    words = f"{entry.why}\n\nInstead: {entry.instead}"
    help_: Json = {"text": words, "markdown": "".join(_help(entry, words))}
    return {
        "id": name,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.why},
        "help": help_,
        "defaultConfiguration": _default(entry),
        **({"properties": {"tags": [entry.group]}} if isinstance(entry, Rule) else {}),
    }


def _default(entry: Rule | Notice) -> Json:
    if entry.severity is Severity.OFF:
        return {"enabled": False}
    return {"level": entry.severity.value}


def _help(entry: Rule | Notice, words: str) -> Iterator[str]:
    yield words
    if isinstance(entry, Rule):
        for which in ("bad", "good"):
            yield f"\n\n{which.capitalize()}:\n\n```sql\n{visible(example(entry, which))}```"


def _result(finding: ReportedFinding, index: int) -> Json:
    said = [finding.message]
    if finding.evidence:
        said.append(f"Seen: {finding.evidence}")
    if finding.instead:
        said.append(f"Instead: {finding.instead}")
    result: Json = {
        "ruleId": visible(finding.rule),
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": visible("\n".join(said))},
        "locations": [{"physicalLocation": _place(finding)}],
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"schemaCi/v1": visible(finding.fingerprint)}
    if finding.replacement and finding.column:
        result["fixes"] = [_fix(finding)]
    return result


def _place(finding: ReportedFinding) -> Json:
    """A file as a whole has no region: SARIF 3.29.4."""
    place: Json = {"artifactLocation": _file(finding)}
    if finding.line > 0:
        region = _region(finding)
        if finding.snippet:
            region["snippet"] = {"text": visible(finding.snippet)}
        place["region"] = region
    return place


def _file(finding: ReportedFinding) -> Json:
    uri = quote(finding.path.encode("utf-8", "surrogatepass"), safe="/")
    return {"uri": uri, "uriBaseId": _ROOT}


def _region(finding: ReportedFinding) -> Json:
    region: Json = {"startLine": finding.line, "endLine": max(finding.end_line, finding.line)}
    if finding.column:
        region |= {"startColumn": finding.column, "endColumn": finding.end_column}
    return region


def _fix(finding: ReportedFinding) -> Json:
    replaced: Json = {
        "deletedRegion": _region(finding),
        "insertedContent": {"text": finding.replacement},
    }
    change: Json = {"artifactLocation": _file(finding), "replacements": [replaced]}
    return {"description": {"text": finding.instead or "safe form"}, "artifactChanges": [change]}
