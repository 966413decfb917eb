"""Which statements keep running clients waiting, and which limits are in force when they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from ci_runner.dialects.operations import CreateTable, Operation, Transaction
from ci_runner.dialects.postgres.parse.session import Setting, blocked, settings
from ci_runner.frozen import frozen
from ci_runner.lint.rule import Review
from ci_runner.lint.written import Written
from ci_runner.migrations.history import Step

# postgresql.org, explicit-locking: what conflicts with the lock of an INSERT, UPDATE or DELETE.
STRONG = frozenset({"SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"})

# lock_timeout is asked for by itself, of everybody: who sets it need not want these.
_LIMITS = (
    "statement_timeout",
    "idle_in_transaction_session_timeout",
    "transaction_timeout",
)


@frozen
class Waiting:
    """A statement that blocks `what`, and the settings in force by name."""

    step: Step
    what: str
    inforce: dict[str, Setting]


def waitings(review: Review) -> Iterator[Waiting]:
    """Every statement that blocks a relation which the files have not made themselves.

    What was run in a transaction was watched; of the rest the text tells.
    """
    inforce: dict[str, Setting] = {}
    made: set[str] = set()
    ending = {id(step) for step in review.doing(Transaction) if any(map(_ends, step.operations))}
    making = set(map(id, review.doing(CreateTable)))
    file = ""
    for each in review.written:
        step = each.step
        if step.statement.path != file:
            file, inforce = step.statement.path, {}
        if not step.transactional or id(step) in ending:
            inforce = {name: one for name, one in inforce.items() if not one.local}
        for one in settings(each.kind, each.node):
            inforce = {**inforce, one.name: one}
        what = _watched(review, each) if _was_watched(step) else _said(each, made)
        if what:
            yield Waiting(step, what, inforce)
        if id(step) in making:
            made |= {done.table.name for done in step.operations if isinstance(done, CreateTable)}


def _ends(operation: Operation) -> bool:
    """COMMIT and ROLLBACK end what SET LOCAL has said."""
    return isinstance(operation, Transaction) and operation.verb != "begin"


def _was_watched(step: Step) -> bool:
    return step.executed and step.failure is None and step.transactional


def _watched(review: Review, each: Written) -> str:
    known = review.base.by_identity
    return next(
        (
            lock.relation.name
            for lock in each.step.observed.locks
            if lock.mode.upper() in STRONG and lock.relation in known
        ),
        "",
    )


def _said(each: Written, made: set[str]) -> str:
    names = [target.name for target in blocked(each.kind, each.node)]
    return next((name or "a relation" for name in names if name not in made), "")


def unlimited(inforce: dict[str, Setting], name: str) -> bool:
    """Whether the parameter is not set, or set to what means no limit."""
    one = inforce.get(name)
    return one is None or not one.milliseconds


def wants_limits(review: Review, each: Waiting) -> bool:
    """Whether a missing limit is news: in a project, who sets none has them elsewhere or does not
    want them.
    """
    return not review.base_known or not all(unlimited(each.inforce, name) for name in _LIMITS)


def first_in_file(found: Iterable[Waiting], wanted: Callable[[Waiting], bool]) -> Iterator[Waiting]:
    """The first `wanted` one of each file."""
    files: set[str] = set()
    for each in found:
        path = each.step.statement.path
        if path not in files and wanted(each):
            files.add(path)
            yield each
