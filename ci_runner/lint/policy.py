"""What a team has decided about findings: how much they count, and which are known or excepted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from fnmatch import fnmatchcase
from functools import cache

from ci_runner.config.assume import Assumed
from ci_runner.config.policy import Exemption, LintPolicy, TeamRule
from ci_runner.frozen import frozen
from ci_runner.lint.baseline import Baseline
from ci_runner.lint.fingerprint import fingerprinted
from ci_runner.lint.notices import EXPIRED_EXCEPTION, NOTICES, Notice
from ci_runner.lint.rule import Finding, Rule, Severity
from ci_runner.lint.rules import RULES

_RULES: Mapping[str, Rule] = {rule.id: rule for rule in RULES}
_FIXED = frozenset(notice.id for notice in NOTICES if notice.fixed)
_GLOB = re.compile(r"\*\*/|\*\*|[^\n]|\n")


@frozen
class Judged:
    """`findings` that count, and those that are `known` by the baseline."""

    findings: tuple[Finding, ...]
    known: tuple[Finding, ...]


@frozen
class Policy:
    """`severities` by rule: what the configuration sets, for a rule or for its group.

    `today` is what exceptions expire by; `options` are the checked ones, by rule; `assumed` is
    what holds in production.
    """

    severities: Mapping[str, Severity] = field(default_factory=dict)
    exemptions: tuple[Exemption, ...] = ()
    require_reason: bool = False
    baseline: Baseline = Baseline()
    team_rules: tuple[TeamRule, ...] = ()
    today: date = date.min
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    assumed: Assumed = Assumed()

    def judge(self, findings: Iterable[Finding]) -> Judged:
        """Findings with their fingerprints, without those that are excepted.

        What says that nothing could be reviewed at all is never left out.
        """
        new: list[Finding] = []
        known: list[Finding] = []
        for each in fingerprinted(findings):
            if each.rule in _FIXED:
                new.append(each)
            elif not self._excepted(each):
                (known if each.fingerprint in self.baseline.fingerprints else new).append(each)
        return Judged(tuple(new), tuple(known))

    def _excepted(self, finding: Finding) -> bool:
        return any(not self.expired(each) and excepts(each, finding) for each in self.exemptions)

    def expired(self, exemption: Exemption) -> bool:
        return exemption.until is not None and exemption.until < self.today

    def expirations(self) -> tuple[Finding, ...]:
        """One finding for each exception whose day has passed."""
        severity = self.severities.get(EXPIRED_EXCEPTION.id, EXPIRED_EXCEPTION.severity)
        return tuple(
            configured(
                EXPIRED_EXCEPTION,
                severity,
                f"the exception of {each} ended on {each.until}",
                each.where,
            )
            for each in self.exemptions
            if self.expired(each) and severity is not Severity.OFF
        )


def policy(configured: LintPolicy, baseline: Baseline, today: date) -> Policy:
    """The policy that a configuration asks for."""
    return Policy(
        severities(configured),
        configured.exemptions,
        configured.require_reason,
        baseline,
        configured.team_rules,
        today,
        configured.options,
        configured.assumed,
    )


def severities(configured: LintPolicy) -> Mapping[str, Severity]:
    """The severity of each rule that is not at its own: a rule's name outweighs its group's.

    A rule that is off by itself is only asked by its name.
    """
    grouped = {
        rule.id: Severity(configured.groups[rule.group])
        for rule in RULES
        if rule.group in configured.groups and rule.severity is not Severity.OFF
    }
    return grouped | {name: Severity(each) for name, each in configured.rules.items()}


def excepts(exemption: Exemption, finding: Finding) -> bool:
    """Whether an exception speaks for a finding.

    One for tables does when the statement works on no other table.
    """
    rule = _RULES.get(finding.rule)
    names = {finding.rule, *((*rule.aliases, rule.group) if rule else ())}
    if exemption.rules and names.isdisjoint(exemption.rules):
        return False
    if exemption.paths and not any(matches(each, finding.path) for each in exemption.paths):
        return False
    return not exemption.tables or _on_none_but(exemption.tables, finding.tables)


def _on_none_but(patterns: Sequence[str], tables: Sequence[str]) -> bool:
    return bool(tables) and all(
        any(fnmatchcase(name, each) for each in patterns for name in (table, _last(table)))
        for table in tables
    )


def _last(table: str) -> str:
    return table.rpartition(".")[2]


@cache
def _tokens(pattern: str) -> tuple[str, ...]:
    return tuple(_GLOB.findall(pattern.rstrip("/")))


def matches(pattern: str, path: str) -> bool:
    """Whether a path, or a folder that it is in, is what the pattern says, as in .gitignore.

    `*` stops at a slash, `**` does not. Takes time in proportion to both, whatever they are.
    """
    tokens = _tokens(pattern)
    states = _entered({0}, tokens)
    for char in path:
        if char == "/" and len(tokens) in states:
            return True
        states = _entered(_after(states, tokens, char), tokens)
    return len(tokens) in states


def _entered(states: Iterable[int], tokens: Sequence[str]) -> set[int]:
    """With the places behind what may stand for nothing. Below zero: within a `**/`."""
    found: set[int] = set()
    for each in states:
        at = each
        found.add(at)
        while 0 <= at < len(tokens) and tokens[at].startswith("*"):
            at += 1
            found.add(at)
    return found


def _after(states: Iterable[int], tokens: Sequence[str], char: str) -> Iterator[int]:
    for at in states:
        token = tokens[at if at >= 0 else ~at] if at < len(tokens) else ""
        match token:
            case "**/" if char == "/":
                yield from () if at >= 0 else (~at,)
            case "**/":
                yield ~at if at >= 0 else at
            case "**":
                yield at
            case "*" if char != "/":
                yield at
            case "?" if char != "/":
                yield at + 1
            case _ if token == char:
                yield at + 1
            case _:
                pass


def configured(notice: Notice, severity: Severity, message: str, where: str) -> Finding:
    """A finding on a line of the configuration, `where` being `file:line`."""
    path, _, line = where.rpartition(":")
    number = int(line) if line.isdigit() else 0
    return Finding(
        notice.id,
        severity,
        message,
        path if number else where,
        number,
        number,
        instead=notice.instead,
    )
