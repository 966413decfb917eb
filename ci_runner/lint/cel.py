"""Ask the worker that evaluates CEL, which may be killed, and say which rule it could not do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path

from ci_runner.config.policy import TeamRule
from ci_runner.errors import ConfigError
from ci_runner.frozen import frozen
from ci_runner.lint.subjects import FIELDS, Subject

SECONDS = 10
# So many rules may use up their time; those behind them are not asked.
_PATIENCE = 3
_STRING = re.compile(r"""r?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
_FIELD = re.compile(r"(?<![\w.])this\.([A-Za-z_]\w*)")
# The evaluator says of a function that knows no such operands that it does not exist.
_UNDEFINED = re.compile(r"Undefined variable or function: '(\w+)'")
_FUNCTIONS = frozenset(
    "size matches contains startsWith endsWith int uint double string bool bytes".split()
)
_WORKER = Path(__file__).with_name("cel_worker.py")


@frozen
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
    unsound = {at: said for at, rule in enumerate(rules) if (said := _misnamed(rule))}
    sound = [at for at in range(len(rules)) if at not in unsound]
    hits, broken = _asked([rules[at] for at in sound], [subjects[at] for at in sound], seconds)
    told = (_senseless(rules[at], said) for at, said in unsound.items())
    return [(sound[rule], subject) for rule, subject in hits], (*told, *broken)


def _misnamed(rule: TeamRule) -> str:
    """What a rule says of `this` that none of its subjects has, "" for nothing.

    Found out before there is one: a rule that asks about tables is not to wait for the next table.
    """
    known = FIELDS[rule.target]
    for text in (_STRING.sub("", each) for each in (rule.when, rule.require)):
        if "has(" in text:
            continue
        for name in _FIELD.findall(text):
            if name not in known:
                near = get_close_matches(name, sorted(known), 1)
                guess = f"; did you mean `{near[0]}`?" if near else ""
                return f"a {rule.target} has no `{name}`{guess}"
    return ""


def _asked(
    rules: Sequence[TeamRule], subjects: Sequence[Sequence[Subject]], seconds: int
) -> tuple[list[tuple[int, int]], tuple[Broken, ...]]:
    if rules and find_spec("cel") is None:
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
    called = _UNDEFINED.search(said)
    if called and called[1] in _FUNCTIONS:
        said = f"`{called[1]}` can't be asked of what it is given here"
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
