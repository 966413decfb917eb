"""Run the rules, honour the comments that silence them, and name those that silence nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ci_runner.lint.rule import Finding, Hit, Review, Rule, Severity
from ci_runner.lint.rules import RULES
from ci_runner.migrations.history import Directive, Step

UNUSED = "unused-ignore"
_VERB = "nolint"


@dataclass(frozen=True, slots=True)
class _Ignore:
    """One `nolint` and the lines of the file that it speaks for."""

    directive: Directive
    path: str
    first: int
    last: int


def check(review: Review, severities: Mapping[str, Severity]) -> tuple[Finding, ...]:
    """Findings by file and line. `severities` override the rules' own; `off` silences a rule."""
    ignores = tuple(_ignores(review.steps))
    used: set[_Ignore] = set()
    found: list[Finding] = []
    for rule in RULES:
        severity = severities.get(rule.id, rule.severity)
        if severity is Severity.OFF or review.dialect not in rule.dialects:
            continue
        for hit in rule.check(review):
            finding = _finding(rule, severity, hit)
            silencing = [each for each in ignores if _silences(each, rule, finding)]
            used.update(silencing)
            if not silencing:
                found.append(finding)
    found += _unused(ignores, used, severities.get(UNUSED, Severity.WARNING))
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


def _ignores(steps: tuple[Step, ...]) -> Iterator[_Ignore]:
    """Every `nolint`, once, with its reach: its statement, or the whole file."""
    whole: dict[str, set[Directive]] = defaultdict(set)
    for step in steps:
        statement = step.statement
        for directive in statement.directives:
            if directive.verb != _VERB:
                continue
            if directive.scope == "file":
                whole[statement.path].add(directive)
            else:
                yield _Ignore(directive, statement.path, statement.line, statement.end_line)
    for path, directives in whole.items():
        for directive in sorted(directives, key=lambda each: each.line):
            yield _Ignore(directive, path, 0, 2**31)


def _silences(ignore: _Ignore, rule: Rule, finding: Finding) -> bool:
    if ignore.path != finding.path or not ignore.first <= finding.line <= ignore.last:
        return False
    names = {rule.id, *rule.aliases}
    return not ignore.directive.rules or bool(names.intersection(ignore.directive.rules))


def _unused(
    ignores: tuple[_Ignore, ...], used: set[_Ignore], severity: Severity
) -> Iterator[Finding]:
    if severity is Severity.OFF:
        return
    known = {name for rule in RULES for name in (rule.id, *rule.aliases)}
    for ignore in ignores:
        if ignore in used:
            continue
        unknown = [name for name in ignore.directive.rules if name not in known]
        what = (
            f"there is no rule {', '.join(unknown)}" if unknown else "there is nothing to silence"
        )
        line = ignore.directive.line
        yield Finding(
            UNUSED,
            severity,
            f"`{ignore.directive.spelling}` silences nothing: {what}",
            ignore.path,
            line,
            line,
            instead="remove the comment",
        )
