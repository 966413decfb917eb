"""A statement keeps others from a table that is large in production."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ci_runner.lint.locks import Held, at_least, piled
from ci_runner.lint.mysql import waiting
from ci_runner.lint.options import RuleOption, number
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity

_ROWS, _MEGABYTES = 1_000_000, 1024
_MEGABYTE = 2**20
# explicit-locking.html: the weakest mode that writes wait for.
_BLOCKS_WRITES = "SHARE"


def _check(review: Review) -> Iterator[Hit]:
    """Each table once in a file, by the statement that keeps it the longest."""
    slow: set[tuple[str, Identity]] = set()
    quick: dict[tuple[str, Identity], Hit] = {}
    for each, before in _piled(review):
        seen = (*each.step.observed.rewritten, *each.step.observed.scanned)
        worked_on = {table: before[table] for table in seen if table in before}
        for table, mode in {**worked_on, **each.takes}.items():
            place = each.step.statement.path, table
            if place in slow or not _blocked(review, table, mode):
                continue
            works = _works(each.step, table)
            if works:
                slow.add(place)
                quick.pop(place, None)
                yield _hit(review, each.step, table, mode, works)
            elif place not in quick:
                quick[place] = _hit(review, each.step, table, mode, "")
    yield from quick.values()
    if review.dialect == "mysql":
        yield from _on_mysql(review)


def _piled(review: Review) -> Iterator[tuple[Held, Mapping[Identity, str]]]:
    if review.dialect == "mysql":
        return iter(())
    return piled(review, lambda table, mode: _blocked(review, table, mode))


def _blocked(review: Review, table: Identity, mode: str) -> bool:
    return at_least(mode, _BLOCKS_WRITES) and _big(review, table)


def _on_mysql(review: Review) -> Iterator[Hit]:
    """What makes writers wait, and what is written again beside them: replicas do it after it."""
    told: set[int] = set()
    for each in waiting(review):
        if _big(review, each.table):
            told.add(id(each.step))
            size = review.production.size(each.table)
            yield Hit(f"{each.how}, {size}", each.step, evidence=each.evidence)
    for step in review.steps:
        ddl = step.observed.online
        known = ddl is not None and ddl.table in review.base.by_identity
        if ddl is None or not known or id(step) in told or ddl.table not in step.observed.rewritten:
            continue
        if _big(review, ddl.table):
            yield Hit(
                f"writes {ddl.table.qualified} again, {review.production.size(ddl.table)}: replicas"
                " fall behind by as long",
                step,
                evidence=f"the server asks for {ddl}, and the table got a new file",
                severity=Severity.WARNING,
            )


def _works(step: Step, table: Identity) -> str:
    if table in step.observed.rewritten:
        return ", while it is rewritten"
    return ", while it is read in full" if table in step.observed.scanned else ""


def _hit(review: Review, step: Step, table: Identity, mode: str, works: str) -> Hit:
    size = review.production.size(table)
    lasting = works or ", for a moment, once it has waited for all running queries"
    return Hit(
        f"holds {mode} on {table.qualified}, {size}{lasting}",
        step,
        severity=None if works else Severity.WARNING,
    )


def _big(review: Review, table: Identity) -> bool:
    size = review.production.size(table)
    if size is None:
        return False
    options = review.options.get(RULE.id, {})
    rows, megabytes = number(options, "rows", _ROWS), number(options, "megabytes", _MEGABYTES)
    return (size.rows or 0) >= rows or (size.bytes or 0) >= megabytes * _MEGABYTE


RULE = Rule(
    id="big-table",
    title="Large table blocked",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql"),
    why="What takes a moment on a small table takes minutes on this one, and everybody who wants"
    " it waits. Asked of tables whose size is known, by `[stats]` or `[lint.assume]`.",
    instead="Use the form that does not block, set a lock_timeout, and choose a quiet hour.",
    check=_check,
    aliases=("db-stats", "ddl_check_table_size", "AdviseOnlineMigration"),
    options=(
        RuleOption("rows", "number", f"from how many rows on a table is large (default {_ROWS})"),
        RuleOption("megabytes", "number", f"from how many MiB on it is (default {_MEGABYTES})"),
    ),
)
