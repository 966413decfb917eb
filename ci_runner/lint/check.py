"""Run the rules under a policy, and honour the comments that silence them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ci_runner.lint.effects import Effect
from ci_runner.lint.follow import Touch
from ci_runner.lint.ignores import Ignores
from ci_runner.lint.policy import Policy
from ci_runner.lint.rule import Finding, Hit, Review, Rule, Severity
from ci_runner.lint.rules import RULES
from ci_runner.lint.team import NOT_ASKED, Team
from ci_runner.lint.weigh import weighed
from ci_runner.migrations.literals import discreet, without_literals
from ci_runner.schema.drafts import quickly

# The tables that each statement works on, by the identity of its step.
_Tables = Mapping[int, Sequence[Touch[Effect]]]


_make = quickly(Finding)


def check(review: Review, policy: Policy, team: Team = NOT_ASKED) -> tuple[Finding, ...]:
    """Findings by file and line, those of the `team` among them, without what a comment silences.

    Exceptions and the baseline are not looked at here: `Policy.judge` does, for all findings.
    """
    ignores = Ignores(review)
    tables = {id(step): touches for step, touches in review.statements()}
    found: list[Finding] = []
    active: set[str] = set()
    for rule in RULES:
        severity = policy.severities.get(rule.id, rule.severity)
        if severity is Severity.OFF or review.dialect not in rule.dialects:
            continue
        names = frozenset({rule.id, *rule.aliases, rule.group})
        active |= names
        for hit in rule.check(review):
            if rule.of_writing and id(hit.step) in review.ours:
                continue
            usual = severity if rule.id in policy.severities else hit.severity or severity
            finding = _finding(rule, usual, hit, tables)
            if rule.waits and hit.step is not None:
                finding = weighed(finding, hit.step, review.production)
            if not ignores.silences(names, finding):
                found.append(finding)
    active |= team.asked
    own = _placed(team.findings, review, tables)
    found += (each for each in own if not ignores.silences(frozenset({each.rule}), each))
    found += team.broken
    found += ignores.findings(
        active,
        policy.severities,
        own={rule.id for rule in policy.team_rules},
        require_reason=policy.require_reason,
    )
    return tuple(sorted(found, key=lambda each: (each.path, each.line, each.rule)))


def _named(touches: Sequence[Touch[Effect]]) -> tuple[str, ...]:
    """The full names of the tables, each once."""
    return tuple(dict.fromkeys(each.table.qualified for each in touches if each.table.name))


def _placed(found: Iterable[Finding], review: Review, tables: _Tables) -> Iterator[Finding]:
    """With the tables of their statement where they are about no object."""
    at = {
        (step.statement.path, step.statement.line, step.statement.column): tables.get(id(step), ())
        for step in review.steps
    }
    for each in found:
        place = each.path, each.line, each.column
        yield each if each.tables else replace(each, tables=_named(at.get(place, ())))


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
    return _make(
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
        tables=_named(tables.get(id(hit.step), ())),
    )
