"""A transaction with a strong lock may stay open when its client hangs."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.waiting import first_in_file, unlimited, waitings, wants_limits

_LIMITS = ("idle_in_transaction_session_timeout", "transaction_timeout")


def _check(review: Review) -> Iterator[Hit]:
    unbounded = first_in_file(
        review.once(waitings),
        lambda one: (
            one.step.transactional
            and all(unlimited(one.inforce, name) for name in _LIMITS)
            and wants_limits(review, one)
        ),
    )
    for each in unbounded:
        yield Hit(
            f"keeps its lock on {each.what} for as long as the client stays connected", each.step
        )


RULE = Rule(
    id="idle-timeout-missing",
    title="Strong lock without idle_in_transaction_session_timeout",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="A migration tool that hangs, or loses its network, between two statements leaves the"
    " transaction and its locks. Said once for a file, in a"
    " project only where it sets another limit.",
    instead="SET LOCAL idle_in_transaction_session_timeout = '10s' at the head of the file, or set"
    " it for the role that migrates.",
    check=_check,
    aliases=("requireIdleInTransactionTimeout",),
)
