"""Checks of new domains that are made apart come before columns that contain such a domain.

The server adds none later where a column holds arrays or rows of the domain: it refuses to look for
the values in there, validateDomainConstraint in typecmds.c.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ci_runner.dialects.postgres.plan.nodes import Node
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.schema.model import Identity
from ci_runner.schema.types import DomainConstraint


def guesses(work: Work, makers: Callable[[Identity], list[Node]]) -> Iterator[tuple[Node, Node]]:
    """(later, earlier), where nothing that the check calls stands against it."""
    checks: dict[Identity, Node] = {
        each.on: ("create", each.identity)
        for each in work.creates.values()
        if isinstance(each, DomainConstraint) and each.on in work.creates
    }
    for dependent, needed in work.world.new.dependencies if checks else ():
        if needed in checks and dependent.kind != "domain constraint":
            for later in makers(dependent):
                yield later, checks[needed]
