"""Comments that silence findings, and the findings about those that silence too little."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from ci_runner.frozen import frozen
from ci_runner.lint.notices import IGNORE_WITHOUT_REASON, UNUSED_IGNORE, Notice
from ci_runner.lint.rule import Finding, Review, Severity
from ci_runner.lint.rules import RULES
from ci_runner.migrations.directives import file_directives
from ci_runner.migrations.history import Directive, Statement

_VERB = "nolint"
_KNOWN = frozenset(name for rule in RULES for name in (rule.id, *rule.aliases, rule.group))
# Where a statement begins: (path, line, column); of a whole file: (path, 0, 0).
_Place = tuple[str, int, int]


@frozen
class _Ignore:
    """One `nolint`. `judged` is whether all that it speaks for was run: then silence has weight."""

    directive: Directive
    path: str
    judged: bool


class Ignores:
    """Every `nolint` of a review by the statement it speaks for, and which of them were used."""

    def __init__(self, review: Review) -> None:
        self._at: dict[_Place, list[_Ignore]] = defaultdict(list)
        self._used: set[tuple[_Ignore, str]] = set()
        whole: dict[str, set[Directive]] = defaultdict(set)
        run: dict[str, bool] = defaultdict(lambda: True)
        for step in review.steps:
            statement = step.statement
            judged = step.executed and step.failure is None
            run[statement.path] &= judged
            for directive in statement.directives:
                if directive.verb == _VERB and directive.scope == "file":
                    whole[statement.path].add(directive)
                elif directive.verb == _VERB:
                    self._at[_place(statement)].append(_Ignore(directive, statement.path, judged))
        for _, after in review.change.edited:
            head = file_directives(after.content.decode("utf-8", errors="replace"))
            # One without a name was written for the file's statements, not for an edit years later.
            whole[after.path].update(each for each in head if each.verb == _VERB and each.rules)
            run[after.path] = False  # an edited file is not run again: only its edit is judged
        for path, directives in whole.items():
            for directive in sorted(directives, key=lambda each: each.line):
                self._at[path, 0, 0].append(_Ignore(directive, path, run[path]))

    def silences(self, names: frozenset[str], finding: Finding) -> bool:
        """Whether a comment speaks for a finding of a rule with these names.

        Each that does counts as used.
        """
        here = (finding.path, finding.line, finding.column)
        silencing = [
            (ignore, name)
            for ignore in (*self._at.get(here, ()), *self._at.get((finding.path, 0, 0), ()))
            for name in ignore.directive.rules or ("",)
            if not name or name in names
        ]
        self._used.update(silencing)
        return bool(silencing)

    def findings(
        self,
        active: set[str],
        severities: Mapping[str, Severity],
        *,
        own: Collection[str],
        require_reason: bool,
    ) -> Iterator[Finding]:
        """At most two for one comment.

        `active` are the names of the rules that were asked, `own` those of the team's, whether
        asked or not.
        """
        every = [ignore for found in self._at.values() for ignore in found]
        severity = severities.get(UNUSED_IGNORE.id, UNUSED_IGNORE.severity)
        for ignore in every if severity is not Severity.OFF else ():
            if reasons := self._too_little(ignore, active, own):
                said = f"silences less than it says: {'; '.join(reasons)}"
                yield _finding(UNUSED_IGNORE, severity, ignore, said)
        severity = severities.get(IGNORE_WITHOUT_REASON.id, IGNORE_WITHOUT_REASON.severity)
        for ignore in every if require_reason and severity is not Severity.OFF else ():
            if not ignore.directive.reason:
                yield _finding(IGNORE_WITHOUT_REASON, severity, ignore, "does not say why")

    def _too_little(self, ignore: _Ignore, active: set[str], own: Collection[str]) -> list[str]:
        """What was not run, and rules that were not asked, hold nothing."""
        rules = ignore.directive.rules
        names = [name for name in rules if (ignore, name) not in self._used]
        unknown = (name for name in names if name not in _KNOWN and name not in own)
        reasons = [f"there is no rule {name}" for name in unknown]
        if ignore.judged:
            reasons += [f"{name} finds nothing here" for name in names if name in active]
            if not rules and (ignore, "") not in self._used:
                reasons.append("there is nothing to silence")
        return reasons


def _place(statement: Statement) -> _Place:
    return statement.path, statement.line, statement.column


def _finding(notice: Notice, severity: Severity, ignore: _Ignore, said: str) -> Finding:
    line = ignore.directive.line
    return Finding(
        notice.id,
        severity,
        f"`{ignore.directive.spelling}` {said}",
        ignore.path,
        line,
        line,
        instead=notice.instead,
    )
