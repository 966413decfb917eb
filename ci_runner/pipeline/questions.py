"""Ask about what would be dropped and made anew but may have been renamed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ci_runner.devdb.replay import Script
from ci_runner.dialects.base import Dialect, PlannedStatement
from ci_runner.errors import SchemaCiError
from ci_runner.frozen import frozen
from ci_runner.lint.notices import RENAME_MISFIT, RENAME_QUESTION
from ci_runner.lint.rule import Finding, Severity
from ci_runner.schema.diff import diff
from ci_runner.schema.model import Identity, Schema, home
from ci_runner.schema.similar import Pair, pairs

# Names that say by themselves whether they are a table's or a column's.
_PLAIN = frozenset({"table", "column"})


@frozen
class Question:
    """What is asked about a pair, and the two answers that a desired schema can give."""

    pair: Pair
    asks: str
    yes: str
    no: str

    @property
    def text(self) -> str:
        return (
            f"{self.asks} If so, say `-- {self.yes}` in the desired schema or give --rename;"
            f" if not, `-- {self.no}` or --drop"
        )


def questions(
    dialect: Dialect, old: Schema, goal: Schema, answered: frozenset[Identity]
) -> tuple[Question, ...]:
    """What to ask of the way from `old` to `goal`; drops that were declared are `answered`."""
    return tuple(
        _asked(dialect, pair)
        for pair in pairs(diff(old, goal))
        if pair.gone not in answered and dialect.rename(pair.gone, pair.come)
    )


def _asked(dialect: Dialect, pair: Pair) -> Question:
    """A name without its schema means the usual one on the left, and the same on the right."""
    usual = dialect.default_schema if pair.gone.schema == pair.come.schema else ""
    gone, come = _named(dialect, pair.gone, usual), _named(dialect, pair.come, usual)
    kind = "" if pair.gone.kind in _PLAIN else f"{pair.gone.kind} "
    return Question(
        pair,
        f"was {pair.gone.kind} {gone} renamed to {come}?",
        f"schema-ci:rename {kind}{gone} -> {come}",
        f"schema-ci:drop {kind}{gone}",
    )


def _named(dialect: Dialect, identity: Identity, usual: str) -> str:
    schema = "" if identity.schema == usual else identity.schema
    bare, bracket, arguments = identity.name.partition("(")
    parts = [part for part in (schema, identity.parent, bare) if part]
    return f"{'.'.join(dialect.quote(part) for part in parts)}{bracket}{arguments}"


def asked(
    statements: Sequence[PlannedStatement], old: Schema, several: Sequence[Question]
) -> tuple[PlannedStatement, ...]:
    """The plan with each question on the statement that drops; it counts as destructive."""
    found = list(statements)
    for question in several:
        place = _dropping(found, old, question.pair.gone)
        if place is not None:
            each = found[place]
            found[place] = replace(
                each, destructive=True, questions=(*each.questions, question.text)
            )
    return tuple(found)


def _dropping(statements: Sequence[PlannedStatement], old: Schema, gone: Identity) -> int | None:
    """The statement that takes `gone` away: its own, or one that makes its table again."""
    each = old.get(gone)
    place = None if each is None else home(each)

    def weight(position: int) -> tuple[bool, bool, int]:
        one = statements[position]
        return (one.object != gone, not one.destructive, position)

    candidates = [
        position
        for position, one in enumerate(statements)
        if (one.object == gone and re.search(r"\bDROP\b", one.sql)) or one.object == place
    ]
    return min(candidates, key=weight, default=None)


def findings(
    several: Sequence[Question],
    wanted: Sequence[Script],
    path: str,
    severities: Mapping[str, Severity],
    *,
    strict: bool,
) -> tuple[Finding, ...]:
    """Each question as a finding where the desired schema has the new name, else on `path`."""
    severity = severities.get(RENAME_QUESTION.id, RENAME_QUESTION.severity)
    if strict:
        severity = Severity.ERROR
    if severity is Severity.OFF:
        return ()
    found = []
    for each in several:
        file, line = _position(wanted, each.pair.come) or (path, 0)
        instead = f"say `-- {each.yes}` there if it was, `-- {each.no}` if it was not"
        found.append(
            Finding(RENAME_QUESTION.id, severity, each.asks, file, line, line, instead=instead)
        )
    return tuple(found)


def misfit(error: SchemaCiError, path: str) -> Finding:
    """A declaration that fits neither side, where it stands in the desired schema."""
    file, _, line = error.where.rpartition(":")
    place, number = (file, int(line)) if line.isdigit() else (path, 0)
    return Finding(
        RENAME_MISFIT.id,
        RENAME_MISFIT.severity,
        error.what,
        place,
        number,
        number,
        evidence=error.said,
        instead=error.next_step,
    )


def _position(wanted: Sequence[Script], new: Identity) -> tuple[str, int] | None:
    """Where the last statement that creates it, or its table, says its name."""
    names = [part for part in (new.parent, new.name.partition("(")[0]) if part]
    patterns = [re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE) for name in names]
    for script in reversed(wanted):
        for statement in reversed(script.statements):
            if not re.match(r"\s*(?:CREATE|ALTER)\b", statement.text, re.IGNORECASE):
                continue
            hits = [pattern.search(statement.text) for pattern in patterns]
            last = hits[-1]
            if last is not None and all(hits):
                return script.path, statement.line + statement.text.count("\n", 0, last.start())
    return None
