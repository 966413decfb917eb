"""A value is added to an enum without saying where."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.postgres.parse.nodes import strings
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Enum


def _check(review: Review) -> Iterator[Hit]:
    own = {
        each.new.name
        for each in review.arriving(Enum)
        if isinstance(each.new, Enum) and each.created and each.old is None
    }
    for each in review.written_as("alter_enum_stmt"):
        node = each.node
        if node.old_val or node.new_val_neighbor:
            continue
        name = strings(node.type_name)[-1]
        if node.new_val and (name not in own or not each.step.executed):
            yield Hit(f"{node.new_val} becomes the greatest value of {name}", each.step)


RULE = Rule(
    id="enum-order",
    title="Enum value without BEFORE or AFTER",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="Values are ordered: < and ORDER BY see the new one as the last, and that can't be changed"
    " later.",
    instead="ADD VALUE ... BEFORE or AFTER another value.",
    check=_check,
    aliases=("require-enum-value-ordering", "alter-enum-no-ordering"),
    group="design",
)
