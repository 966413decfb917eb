"""Say which operation of a statement makes the server write a table again.

The dev database decides where the table could be watched: its file changed, or that of a partition
or child, or none did. What was not run is judged by its text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from ci_runner.dialects.operations import (
    AddColumn,
    AlterColumnType,
    AlterTable,
    Cluster,
    Vacuum,
)
from ci_runner.dialects.postgres.volatile import VOLATILE
from ci_runner.lint.effects import Effect, Rewrite
from ci_runner.lint.follow import Touch, watched
from ci_runner.lint.rule import E, Hit, Review
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity, Table

# Targets that are free from at least one common source, so that only a run can tell.
_MAY_BE_FREE = re.compile(
    r"(?:text|varchar|varbit|numeric|timestamptz?|timetz?|time|interval|inet|oid)\b"
)


def rewriting(review: Review, kind: type[E]) -> Iterator[tuple[Touch[E], str]]:
    """Operations of one kind that rewrite a known table, and what was seen of it, "" if nothing."""
    for step, touches in review.statements(kind):
        for touch in blamed(step, touches):
            if isinstance(touch.operation, kind):
                seen = watched(step, touch.table)
                yield (
                    Touch(step, touch.operation, touch.table, touch.known),
                    f"{touch.table} got a new file" if seen else "",
                )


def rewritten_by(
    review: Review, actions: frozenset[str], say: Callable[[AlterTable], str]
) -> Iterator[Hit]:
    """ALTER TABLE of a known table by one of `actions`, which write it again.

    Where the dev database was seen writing nothing again, nothing is said.
    """
    for touch in review.on_known(AlterTable):
        change = touch.operation
        files = family(touch.step, touch.table).intersection(touch.step.observed.rewritten)
        if change.action in actions and (files or not watched(touch.step, touch.table)):
            yield Hit(
                f"{say(change)}, which writes it again",
                touch.step,
                evidence=f"{touch.table} got a new file" if files else "",
            )


def blamed(step: Step, touches: Sequence[Touch[Effect]]) -> Iterator[Touch[Effect]]:
    """Who rewrites each table: the sure ones, where there are none those that may."""
    new_files = {touch.table for touch in touches if isinstance(touch.operation, Rewrite)}
    of_tables = sorted((touch for touch in touches if touch.known), key=lambda each: each.table)
    for table, on_table in groupby(of_tables, key=lambda touch: touch.table):
        together = tuple(on_table)
        sure = [touch for touch in together if _surely(touch.operation)]
        if not watched(step, table):
            yield from sure
        elif new_files & family(step, table):
            yield from sure or (touch for touch in together if _maybe(touch.operation))


def family(step: Step, table: Identity) -> set[Identity]:
    """The table with all that inherits from it, partitions included, before the step."""
    heirs: dict[Identity, list[Identity]] = defaultdict(list)
    for each in step.before.of_type(Table):
        for parent in each.parents:
            heirs[parent].append(each.identity)
    found: set[Identity] = set()
    pending = [table]
    while pending:
        member = pending.pop()
        if member not in found:
            found.add(member)
            pending += heirs[member]
    return found


def _surely(operation: Effect) -> bool:
    match operation:
        case AlterColumnType(type=kind, computed=computed):
            return computed or not _MAY_BE_FREE.match(kind)
        case AddColumn(generated="stored") | AddColumn(serial=True):
            return True
        case AddColumn(default_calls=calls):
            return bool(VOLATILE.intersection(calls))
        case _:
            return False


def _maybe(operation: Effect) -> bool:
    match operation:
        case AlterColumnType():
            return True
        case AddColumn() | AlterTable() | Cluster() | Vacuum(full=True):
            return True
        case _:
            return False
