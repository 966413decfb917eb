"""Ask the worker that evaluates CEL, which may be killed, and say which rule it could not do."""

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
from ci_runner.lint.subjects import Subject

SECONDS = 10
# So many rules may use up their time; those behind them are not asked.
_PATIENCE = 3
_WORKER = Path(__file__).with_name("cel_worker.py")


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that could not be evaluated: `said` is why."""

    rule: TeamRule
    what: str
    said: str
    next_step: str


def evaluated(
    rules: Sequence[TeamRule], subjects: Sequence[Sequence[Subject]], seconds: int
) -> tuple[list[tuple[int, int]], tuple[Broken, ...]]:
    """(rule, subject) by number where `require` does not hold, and the rules that are broken.

    A rule may take so many seconds of processor time together with those before it, or twice that
    by the clock. Raises ConfigError where no evaluator is installed.
    """
    if not rules:
        return [], ()
    if find_spec("cel") is None:
        raise ConfigError(
            "[[rule]] needs an evaluator of CEL",
            where=rules[0].where,
            next_step="pip install 'schema-ci[rules]'",
        )
    hits: list[tuple[int, int]] = []
    broken: list[Broken] = []
    done = killed = 0
    while done < len(rules) and killed < _PATIENCE:
        for answer in _answers(rules[done:], subjects[done:], seconds):
            if "said" in answer:
                broken.append(_senseless(rules[done], str(answer["said"])))
            else:
                hits += [(done, at) for at in answer["broken"]]
            done += 1
        if done < len(rules):
            broken.append(_too_long(rules[done], seconds))
            done, killed = done + 1, killed + 1
    broken += map(_not_asked, rules[done:])
    return hits, tuple(broken)


def _answers(
    rules: Sequence[TeamRule], subjects: Sequence[Sequence[Subject]], seconds: int
) -> list[dict[str, list[int]]]:
    """What the worker says of each rule until it ends, by itself or by a limit.

    Isolated (-I): neither the folder that we run in, which is the pull request's, nor the
    environment decides what it imports.
    """
    asked = {
        "rules": [{"when": each.when, "require": each.require} for each in rules],
        "subjects": subjects,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_WORKER), str(seconds)],
            input=json.dumps(asked).encode(),
            env={},
            capture_output=True,
            check=False,
            timeout=2 * seconds,
        ).stdout
    except subprocess.TimeoutExpired as expired:
        done = expired.stdout or b""
    # A line without an end is that of a rule that the worker died over.
    return [json.loads(line) for line in done.splitlines(keepends=True) if line.endswith(b"\n")]


def _senseless(rule: TeamRule, said: str) -> Broken:
    return Broken(
        rule, f"rule {rule.id} makes no sense", said, "docs/policy.md says what `this` holds"
    )


def _too_long(rule: TeamRule, seconds: int) -> Broken:
    return Broken(
        rule,
        f"rule {rule.id} takes too much",
        f"more than {seconds} s or 1 GiB, with the rules before it",
        "make it simpler: each macro in a macro multiplies the work",
    )


def _not_asked(rule: TeamRule) -> Broken:
    return Broken(
        rule,
        f"rule {rule.id} was not asked",
        f"{_PATIENCE} rules before it have used up the time",
        "make those simpler",
    )
