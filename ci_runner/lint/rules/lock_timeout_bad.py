"""A lock_timeout that limits nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.parse.session import settings
from ci_runner.lint.options import RuleOption, number
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.waiting import unlimited, waitings

_LONGEST = 60


def _check(review: Review) -> Iterator[Hit]:
    longest = number(review.options.get(RULE.id, {}), "longest", _LONGEST)
    unprotected = {
        one.step.statement.path: one
        for one in reversed(review.once(waitings))
        if unlimited(one.inforce, "lock_timeout")
    }
    passed: set[str] = set()
    for each in review.written:
        step, path = each.step, each.step.statement.path
        for one in settings(each.kind, each.node):
            if one.name != "lock_timeout" or one.milliseconds is None:
                continue
            if not one.milliseconds:
                yield Hit("a lock_timeout of 0 is none: it waits without end", step)
            elif one.milliseconds > longest * 1000:
                seconds = f"{one.milliseconds / 1000:g}"
                yield Hit(f"a lock_timeout of {seconds} s lets everyone wait that long", step)
            elif path in passed:
                what = unprotected[path].what
                yield Hit(f"comes after the statement that waits for {what}", step)
        if path in unprotected and step is unprotected[path].step:
            passed.add(path)


RULE = Rule(
    id="lock-timeout-bad",
    title="lock_timeout that limits nothing",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="0 switches the limit off, a long one lets a queue build up, and one behind the statement"
    " comes too late.",
    instead="SET LOCAL lock_timeout = '2s' before the first statement that locks.",
    check=_check,
    aliases=(
        "lock-timeout-zero",
        "lock-timeout-too-long",
        "lock-timeout-after-dangerous-statement",
        "lock_timeout_limit",
    ),
    options=(RuleOption("longest", "number", "seconds that a lock_timeout may be; usually 60"),),
)
