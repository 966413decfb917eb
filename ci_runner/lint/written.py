"""The statements' own trees, for rules that judge what is written whatever it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from ci_runner.dialects.mysql.parse.made import made as made_by_mysql
from ci_runner.dialects.postgres.parse.made import made
from ci_runner.dialects.postgres.parse.parsed import Parsed, statements
from ci_runner.dialects.postgres.parse.tree import Node
from ci_runner.dialects.sqlite.made import made as made_by_sqlite
from ci_runner.frozen import frozen
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Change
from ci_runner.schema.drafts import quickly


@frozen
class Written:
    """One statement as PostgreSQL's parser reads it: the kind of its node, and the node."""

    step: Step
    parsed: Parsed
    kind: str
    node: Node


_written = quickly(Written)


def written(dialect: str, steps: Sequence[Step]) -> tuple[Written, ...]:
    """What can be read, in order. Empty for engines whose parser is another."""
    if dialect != "postgres":
        return ()
    return tuple(
        [
            _written(step, each, each.kind, each.node)
            for step in steps
            for each in statements(step.statement.text)
        ]
    )


def told(
    dialect: str, found: Sequence[Written], default_schema: str
) -> Callable[[Step], tuple[Change, ...]]:
    """What answers for a step which changes its text tells of."""
    if dialect == "mysql":
        return lambda step: made_by_mysql(step.statement.text)
    if dialect == "sqlite":
        return lambda step: made_by_sqlite(step.statement.text)
    trees: dict[int, list[Parsed]] = defaultdict(list)
    for each in found:
        trees[id(each.step)].append(each.parsed)

    def changes(step: Step) -> tuple[Change, ...]:
        parsed = trees.get(id(step), ())
        if len(parsed) == 1:
            return made(parsed[0], default_schema)
        return tuple(change for each in parsed for change in made(each, default_schema))

    return changes
