"""The statements' own trees, for rules that judge what is written whatever it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from ci_runner.dialects.mysql.made import made as made_by_mysql
from ci_runner.dialects.postgres.parse.made import made
from ci_runner.dialects.postgres.parse.nodes import statements
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.frozen import frozen
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Change
from ci_runner.schema.drafts import quickly


@frozen
class Written:
    """One statement as PostgreSQL's parser reads it: the kind of its node, and the node."""

    step: Step
    kind: str
    node: Node


_written = quickly(Written)


def written(dialect: str, steps: Sequence[Step]) -> tuple[Written, ...]:
    """What can be read, in order. Empty for engines whose parser is another."""
    return tuple(_read(steps)) if dialect == "postgres" else ()


def _read(steps: Sequence[Step]) -> Iterator[Written]:
    for step in steps:
        for kind, node in statements(step.statement.text):
            yield _written(step, kind, node)


def told(
    dialect: str, found: Sequence[Written], default_schema: str
) -> Callable[[Step], tuple[Change, ...]]:
    """What answers for a step which changes its text tells of; none where no parser does."""
    if dialect == "mysql":
        return lambda step: made_by_mysql(step.statement.text)
    trees: dict[int, list[Written]] = defaultdict(list)
    for each in found:
        trees[id(each.step)].append(each)

    def changes(step: Step) -> tuple[Change, ...]:
        return tuple(
            change
            for each in trees.get(id(step), ())
            for change in made(each.kind, each.node, default_schema)
        )

    return changes
