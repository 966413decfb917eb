"""A strong lock is waited for without an end."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Setting
from ci_runner.lint.alone import concurrently
from ci_runner.lint.locks import at_least, held
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_WEAKEST = "SHARE UPDATE EXCLUSIVE"


def _check(review: Review) -> Iterator[Hit]:
    """Once for each file."""
    told: set[str] = set()
    limited = False
    path = ""
    for each in held(review):
        step = each.step
        limited = limited and step.statement.path == path
        path = step.statement.path
        for operation in step.operations:
            if isinstance(operation, Setting) and operation.name == "lock_timeout":
                limited = operation.value.strip("'") not in {"", "0"}
        strong = [table for table, mode in each.takes.items() if at_least(mode, _WEAKEST)]
        waits = strong and not any(map(concurrently, step.operations))
        if waits and not limited and path not in told:
            told.add(path)
            names = ", ".join(sorted(table.qualified for table in strong))
            yield Hit(f"waits for a lock on {names} without lock_timeout", step)


RULE = Rule(
    id="lock-timeout-missing",
    title="No lock_timeout",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why=(
        "While the statement waits behind one long query, everybody else on the table waits"
        " behind it."
    ),
    instead="SET LOCAL lock_timeout = '2s' in front of it, and try again when it runs out.",
    check=_check,
    aliases=(
        "require-lock-timeout",
        "require-timeout-settings",
        "lockTimeoutWarning",
        "E9",
    ),
)
