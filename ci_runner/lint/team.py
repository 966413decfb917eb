"""A team's own rules: `[[rule]]` of the configuration, in CEL, about schemas and changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ci_runner.config.policy import TeamRule
from ci_runner.errors import ConfigError
from ci_runner.frozen import frozen
from ci_runner.lint.cel import SECONDS, Broken, evaluated
from ci_runner.lint.notices import BROKEN_TEAM_RULE
from ci_runner.lint.policy import configured
from ci_runner.lint.rule import Finding, Severity
from ci_runner.lint.subjects import (
    Subject,
    Subjects,
    change_subject,
    changed,
    statement_subject,
)
from ci_runner.migrations.history import Statement, Step
from ci_runner.migrations.literals import without_literals
from ci_runner.schema.changes import Drop
from ci_runner.schema.model import Identity, Schema


@frozen
class Team:
    """What a team's rules find; `asked` are the names of those that could be asked.

    `broken` is a finding for each that makes no sense, or takes too long.
    """

    findings: tuple[Finding, ...] = ()
    broken: tuple[Finding, ...] = ()
    asked: frozenset[str] = frozenset()


NOT_ASKED = Team()


@frozen
class _About:
    """A subject with its name for people and where it came from; None is the schema itself.

    `tables` are the full names of those that it is, or lives on.
    """

    subject: Subject
    name: str
    step: Step | None = None
    tables: tuple[str, ...] = ()


def of_schema(
    rules: Sequence[TeamRule], schema: Schema, path: str, *, seconds: int = SECONDS
) -> tuple[Finding, ...]:
    """Every object of a schema against the rules that are for objects.

    Raises ConfigError for a rule that makes no sense, or takes more than so many seconds of
    processor time, or twice that by the clock.
    """
    subjects = Subjects(schema)
    about = [[_object(name, found) for name, found in subjects.all(rule.target)] for rule in rules]
    found, broken = _judged(rules, about, path, seconds)
    for each in broken:
        raise ConfigError(
            each.what,
            where=each.rule.where,
            said=each.said,
            next_step=each.next_step,
        )
    return found


def of_steps(
    rules: Sequence[TeamRule],
    steps: Sequence[Step],
    reached: Schema,
    *,
    seconds: int = SECONDS,
) -> Team:
    """What the statements made or altered, as it is in the end, and the statements themselves.

    An object is judged once, at the last statement that changed it. Raises ConfigError where there
    is nothing to evaluate rules with.
    """
    ran = [step for step in steps if step.executed and step.failure is None]
    last: dict[Identity, Step] = {}
    for step in ran:
        for change in changed(step):
            if not isinstance(change, Drop):
                last[change.identity] = step
    subjects = Subjects(reached)
    about = [list(_of_rule(rule, ran, last, subjects)) for rule in rules]
    found, broken = _judged(rules, about, "", seconds)
    return Team(found, tuple(map(_told, broken)), _asked(rules) - {each.rule.id for each in broken})


def senseless(rules: Sequence[TeamRule]) -> tuple[Finding, ...]:
    """A finding for each rule that can't even be read, whatever it would be asked about."""
    asked = [rule for rule in rules if rule.severity != Severity.OFF]
    _, broken = evaluated(asked, [[] for _ in asked], SECONDS)
    return tuple(map(_told, broken))


def _asked(rules: Iterable[TeamRule]) -> frozenset[str]:
    return frozenset(rule.id for rule in rules if rule.severity != Severity.OFF)


def _told(each: Broken) -> Finding:
    said = " ".join(each.said.split())
    return configured(
        BROKEN_TEAM_RULE, BROKEN_TEAM_RULE.severity, f"{each.what}: {said}", each.rule.where
    )


def _of_rule(
    rule: TeamRule, ran: Sequence[Step], last: dict[Identity, Step], subjects: Subjects
) -> Iterator[_About]:
    if rule.target == "statement":
        for step in ran:
            yield _About(statement_subject(step), "the statement", step)
    elif rule.target == "change":
        for step in ran:
            for change in changed(step):
                subject = change_subject(change)
                yield _About(subject, str(change.identity), step, _tables(change.identity, subject))
    else:
        for name, subject in subjects.all(rule.target):
            step_of = last.get(name) or _of_its_table(name, last)
            if step_of:
                yield _object(name, subject, step_of)


def _object(name: Identity, subject: Subject, step: Step | None = None) -> _About:
    return _About(subject, str(name), step, _tables(name, subject))


def _tables(name: Identity, subject: Subject) -> tuple[str, ...]:
    on = subject.get("table")
    table = name.parent or (on if isinstance(on, str) else "")
    if table:
        return (Identity("table", name.schema, table).qualified,)
    return (name.qualified,) if name.kind == "table" else ()


def _of_its_table(name: Identity, last: dict[Identity, Step]) -> Step | None:
    """A table that was made brings its columns; one that got a column or key is judged again."""
    if name.kind == "column":
        return last.get(Identity("table", name.schema, name.parent))
    if name.kind == "table":
        on = (step for each, step in last.items() if _is_on(each, name))
        return next(on, None)
    return None


def _is_on(each: Identity, table: Identity) -> bool:
    return (each.schema, each.parent) == (table.schema, table.name)


def _judged(
    rules: Sequence[TeamRule], about: Sequence[Sequence[_About]], path: str, seconds: int
) -> tuple[tuple[Finding, ...], tuple[Broken, ...]]:
    """Rules that are off, or have nothing to judge, are not evaluated."""
    asked = [
        (rule, found)
        for rule, found in zip(rules, about, strict=True)
        if rule.severity != Severity.OFF and found
    ]
    hits, broken = evaluated(
        [rule for rule, _ in asked],
        [[each.subject for each in found] for _, found in asked],
        seconds,
    )
    return tuple(_finding(asked[n][0], asked[n][1][at], path) for n, at in hits), broken


def _finding(rule: TeamRule, about: _About, path: str) -> Finding:
    statement = about.step.statement if about.step else None
    return Finding(
        rule.id,
        Severity(rule.severity),
        f"{about.name}: {rule.message}",
        statement.path if statement else path,
        statement.line if statement else 0,
        statement.end_line if statement else 0,
        column=statement.column if statement else 0,
        statement=_shown(statement) if statement else "",
        tables=about.tables,
    )


def _shown(statement: Statement) -> str:
    return without_literals(statement.text) if statement.sensitive else statement.text
