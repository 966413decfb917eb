"""Run the rules under a policy, and honour the comments that silence them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ci_runner.lint.ignores import Ignores
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Hit, Review, Rule, Severity
from ci_runner.lint.rules import RULES
from ci_runner.lint.weigh import weighed
from ci_runner.migrations.literals import discreet, without_literals

_Tables = Mapping[int, tuple[str, ...]]


def check(review: Review, policy: Policy) -> tuple[Finding, ...]:
    """Findings by file and line, without those that a comment silences.

    Exceptions and the baseline are not looked at here: `Policy.judge` does, for all findings.
    """
    ignores = Ignores(review)
    tables = _tables(review)
    found: list[Finding] = []
    active: set[str] = set()
    for rule in RULES:
        severity = policy.severities.get(rule.id, rule.severity)
        if severity is Severity.OFF or review.dialect not in rule.dialects:
            continue
        active |= {rule.id, *rule.aliases, rule.group}
        for hit in rule.check(review):
            usual = severity if rule.id in policy.severities else hit.severity or severity
            finding = _finding(rule, usual, hit, tables)
            if rule.waits and hit.step is not None:
                finding = weighed(finding, hit.step, review.production)
            if not ignores.silences(rule, finding):
                found.append(finding)
    found += ignores.findings(active, policy.severities, require_reason=policy.require_reason)
    return tuple(sorted(found, key=lambda each: (each.path, each.line, each.rule)))


def _tables(review: Review) -> _Tables:
    """The full names of the tables that each statement works on, by the identity of its step."""
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for touch in review.touches:
        if touch.table.name:
            found[id(touch.step)][touch.table.qualified] = None
    return {step: tuple(names) for step, names in found.items()}


def _finding(rule: Rule, severity: Severity, hit: Hit, tables: _Tables) -> Finding:
    if hit.step is None:
        return Finding(
            rule.id,
            severity,
            hit.message,
            hit.path,
            0,
            0,
            hit.evidence,
            hit.instead or rule.instead,
        )
    statement = hit.step.statement
    message, evidence, text = hit.message, hit.evidence, statement.text
    if statement.sensitive:
        # What a backslash stands for is not seen in the text, but may be in our words.
        message = rule.title if "\\" in text else discreet(message, text)
        evidence = "" if "\\" in text else discreet(evidence, text)
        text = without_literals(text)
    return Finding(
        rule.id,
        severity,
        message,
        statement.path,
        statement.line,
        statement.end_line,
        evidence,
        hit.instead or rule.instead,
        column=statement.column,
        statement=text,
        tables=tables.get(id(hit.step), ()),
    )
