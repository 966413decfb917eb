"""A team's own rules: `[[rule]]` of the configuration, in CEL, about schemas and changes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from ci_runner.config.policy import TeamRule
from ci_runner.errors import ConfigError
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

SECONDS = 10
_WORKER = Path(__file__).with_name("cel_worker.py")


@dataclass(frozen=True, slots=True)
class _About:
    """A subject with its name for people and where it came from; None is the schema itself."""

    subject: Subject
    name: str
    step: Step | None = None


def of_schema(
    rules: Sequence[TeamRule], schema: Schema, path: str, *, seconds: int = SECONDS
) -> tuple[Finding, ...]:
    """Every object of a schema against the rules that are for objects. Raises ConfigError.

    Also when they take more than so many seconds of processor time, or twice that by the clock.
    """
    subjects = Subjects(schema)
    about = [
        [_About(found, str(name)) for name, found in subjects.all(rule.target)] for rule in rules
    ]
    return _findings(rules, about, path, seconds)


def of_steps(
    rules: Sequence[TeamRule], steps: Sequence[Step], reached: Schema
) -> tuple[Finding, ...]:
    """What the statements made or altered, as it is in the end, and the statements themselves.

    An object is judged once, at the last statement that changed it. Raises ConfigError.
    """
    ran = [step for step in steps if step.executed and step.failure is None]
    last: dict[Identity, Step] = {}
    for step in ran:
        for change in changed(step):
            if not isinstance(change, Drop):
                last[change.identity] = step
    subjects = Subjects(reached)
    return _findings(rules, [_judged(rule, ran, last, subjects) for rule in rules], "", SECONDS)


def _judged(
    rule: TeamRule, ran: Sequence[Step], last: dict[Identity, Step], subjects: Subjects
) -> list[_About]:
    if rule.target == "statement":
        return [_About(statement_subject(step), "the statement", step) for step in ran]
    if rule.target == "change":
        return [
            _About(change_subject(change), str(change.identity), step)
            for step in ran
            for change in changed(step)
        ]
    found = []
    for name, subject in subjects.all(rule.target):
        step = last.get(name) or _of_its_table(name, last)
        if step:
            found.append(_About(subject, str(name), step))
    return found


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


def _findings(
    rules: Sequence[TeamRule], about: Sequence[Sequence[_About]], path: str, seconds: int
) -> tuple[Finding, ...]:
    asked = [number for number, rule in enumerate(rules) if rule.severity != Severity.OFF]
    if not any(about[number] for number in asked):
        return ()
    broken = _broken([rules[n] for n in asked], [about[n] for n in asked], seconds)
    return tuple(_finding(rules[asked[n]], about[asked[n]][at], path) for n, at in broken)


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
    )


def _broken(
    rules: Sequence[TeamRule], about: Sequence[Sequence[_About]], seconds: int
) -> list[tuple[int, int]]:
    """(rule, subject) where `require` does not hold, found by a process that can be killed.

    Isolated (-I): neither the folder that we run in, which is the pull request's, nor the
    environment decides what it imports.
    """
    if find_spec("cel") is None:
        raise ConfigError(
            "[[rule]] needs an evaluator of CEL",
            where=rules[0].where,
            next_step="pip install 'schema-ci[rules]'",
        )
    asked = {
        "rules": [{"when": each.when, "require": each.require} for each in rules],
        "subjects": [[each.subject for each in found] for found in about],
    }
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_WORKER), str(seconds)],
            input=json.dumps(asked).encode(),
            env={},
            capture_output=True,
            check=False,
            timeout=2 * seconds,
        )
    except subprocess.TimeoutExpired as expired:
        raise _too_long(rules, seconds) from expired
    if done.returncode:
        raise _too_long(rules, seconds)
    answer = json.loads(done.stdout)
    if "rule" in answer:
        rule = rules[answer["rule"]]
        raise ConfigError(
            f"rule {rule.id} makes no sense",
            where=rule.where,
            said=answer["said"],
            next_step="docs/policy.md says what `this` holds",
        )
    return [(number, at) for number, at in answer["broken"]]


def _shown(statement: Statement) -> str:
    return without_literals(statement.text) if statement.sensitive else statement.text


def _too_long(rules: Sequence[TeamRule], seconds: int) -> ConfigError:
    names = ", ".join(rule.id for rule in rules)
    return ConfigError(
        f"the rules {names} take more than {seconds} s or 1 GiB",
        where=rules[0].where,
        next_step="make them simpler: each macro in a macro multiplies the work",
    )
