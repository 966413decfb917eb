"""Run the rules, honour the comments that silence them, and name those that silence nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from ci_runner.lint.notices import UNUSED_IGNORE
from ci_runner.lint.rule import Finding, Hit, Review, Rule, Severity
from ci_runner.lint.rules import RULES
from ci_runner.migrations.directives import file_directives
from ci_runner.migrations.history import Directive

_VERB = "nolint"
_LAST_LINE = 2**31


@dataclass(frozen=True, slots=True)
class _Ignore:
    """One `nolint` and the lines of the file that it speaks for.

    `judged` is whether all that stands there was run, so that its silence can be weighed.
    """

    directive: Directive
    path: str
    first: int
    last: int
    judged: bool


# An ignore with one of its names, "" for a bare one.
_Used: TypeAlias = set[tuple[_Ignore, str]]
_KNOWN = frozenset(name for rule in RULES for name in (rule.id, *rule.aliases))


def check(review: Review, severities: Mapping[str, Severity]) -> tuple[Finding, ...]:
    """Findings by file and line. `severities` override the rules' own; `off` silences a rule."""
    ignores = tuple(_ignores(review))
    used: _Used = set()
    found: list[Finding] = []
    active: set[str] = set()
    for rule in RULES:
        severity = severities.get(rule.id, rule.severity)
        if severity is Severity.OFF or review.dialect not in rule.dialects:
            continue
        active |= {rule.id, *rule.aliases}
        for hit in rule.check(review):
            finding = _finding(rule, severity, hit)
            silencing = set(_silencing(ignores, rule, finding))
            used |= silencing
            if not silencing:
                found.append(finding)
    severity = severities.get(UNUSED_IGNORE.id, UNUSED_IGNORE.severity)
    if severity is not Severity.OFF:
        for ignore in ignores:
            found += _unused(ignore, used, active, severity)
    return tuple(sorted(found, key=lambda each: (each.path, each.line, each.rule)))


def _finding(rule: Rule, severity: Severity, hit: Hit) -> Finding:
    statement = hit.step.statement if hit.step else None
    return Finding(
        rule.id,
        severity,
        hit.message,
        statement.path if statement else hit.path,
        statement.line if statement else 0,
        statement.end_line if statement else 0,
        hit.evidence,
        hit.instead or rule.instead,
    )


def _ignores(review: Review) -> Iterator[_Ignore]:
    """Every `nolint`, once, with its reach: its statement, or the whole file."""
    whole: dict[str, set[Directive]] = defaultdict(set)
    run: dict[str, bool] = defaultdict(lambda: True)
    for step in review.steps:
        statement = step.statement
        judged = step.executed and step.failure is None
        run[statement.path] &= judged
        for directive in statement.directives:
            if directive.verb != _VERB:
                continue
            if directive.scope == "file":
                whole[statement.path].add(directive)
            else:
                lines = statement.line, statement.end_line
                yield _Ignore(directive, statement.path, *lines, judged)
    for _, after in review.change.edited:
        head = file_directives(after.content.decode("utf-8", errors="replace"))
        # One without a name was written for the file's statements, not for an edit years later.
        whole[after.path].update(each for each in head if each.verb == _VERB and each.rules)
        run[after.path] = False  # an edited file is not run again: only its edit is judged
    for path, directives in whole.items():
        for directive in sorted(directives, key=lambda each: each.line):
            yield _Ignore(directive, path, 0, _LAST_LINE, run[path])


def _silencing(
    ignores: tuple[_Ignore, ...], rule: Rule, finding: Finding
) -> Iterator[tuple[_Ignore, str]]:
    """The ignores that speak for a finding, each with the name that it used."""
    for ignore in ignores:
        if ignore.path == finding.path and ignore.first <= finding.line <= ignore.last:
            for name in ignore.directive.rules or ("",):
                if not name or name in {rule.id, *rule.aliases}:
                    yield ignore, name


def _unused(
    ignore: _Ignore, used: _Used, active: set[str], severity: Severity
) -> Iterator[Finding]:
    """At most one finding. What was not run, and rules that were not asked, hold nothing."""
    names = [name for name in ignore.directive.rules if (ignore, name) not in used]
    reasons = [f"there is no rule {name}" for name in names if name not in _KNOWN]
    if ignore.judged:
        reasons += [f"{name} finds nothing here" for name in names if name in active]
        if not ignore.directive.rules and (ignore, "") not in used:
            reasons.append("there is nothing to silence")
    if reasons:
        line = ignore.directive.line
        yield Finding(
            UNUSED_IGNORE.id,
            severity,
            f"`{ignore.directive.spelling}` silences less than it says: {'; '.join(reasons)}",
            ignore.path,
            line,
            line,
            instead=UNUSED_IGNORE.instead,
        )
