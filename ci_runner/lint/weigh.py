"""Weigh what a finding means by how large the tables are in production, where that is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.lint.rule import Finding, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity
from ci_runner.schema.production import Production

# PostgreSQL's manual, Explicit Locking: the modes that neither reads nor writes wait for.
_PASSABLE = frozenset({"ACCESS SHARE", "ROW SHARE", "ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE"})


def weighed(finding: Finding, step: Step, production: Production) -> Finding:
    """A finding of a rule whose harm is that somebody waits.

    It becomes a note where every table that the statement was seen to block, read or rewrite is
    small, and tells in its evidence how large they are and how long it will take.
    """
    tables = tuple(_waited_for(step))
    sizes = [
        f"{table.qualified} has {size}" for table in tables if (size := production.size(table))
    ]
    if not sizes:
        return finding
    seen = step.observed
    said = [*sizes, *production.estimates(seen.rewritten, seen.scanned)]
    evidence = "; ".join(
        each for each in (finding.evidence, f"in production {', '.join(said)}") if each
    )
    small = all(map(production.is_small, tables)) and finding.severity.rank > Severity.NOTE.rank
    severity = Severity.NOTE if small else finding.severity
    return replace(finding, severity=severity, evidence=evidence)


def _waited_for(step: Step) -> Iterator[Identity]:
    seen = step.observed
    blocked = (lock.relation for lock in seen.locks if lock.mode not in _PASSABLE)
    for relation in dict.fromkeys((*blocked, *seen.rewritten, *seen.scanned)):
        if relation.kind in {"table", "materialized view"}:
            yield relation
