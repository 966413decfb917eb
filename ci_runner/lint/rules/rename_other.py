"""A schema, view, sequence, type or the like is renamed or moved."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterObject, AlterTable, RenameObject, Target
from ci_runner.lint.objects import known
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step

# No query says the name of an index, unless by a hint.
_UNSAID = frozenset({"index"})


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.among(RenameObject, AlterTable, AlterObject):
        step = touch.step
        match touch.operation:
            case RenameObject(
                kind="column" | "attribute" | "enum value" as kind, name=name, was=was
            ):
                part = "view" if kind == "column" else "type"
                if known(review, step, part, name):
                    yield Hit(f"renames {kind} {was} of {name} to {touch.operation.to}", step)
            case RenameObject(kind=kind, name=name, to=to, table=table):
                if known(review, step, kind, name, table) and not _taken(review, step, kind, name):
                    mild = Severity.NOTE if kind in _UNSAID else None
                    yield Hit(f"renames {kind} {name} to {to}", step, severity=mild)
            case AlterTable(table=table, action="SET SCHEMA", value=to) if touch.known:
                yield Hit(f"moves table {table} to schema {to}", step)
            case AlterObject(kind=kind, name=name, action="SET SCHEMA", value=to):
                if known(review, step, kind, name):
                    yield Hit(f"moves {kind} {name} to schema {to}", step)
            case _:
                pass


def _taken(review: Review, step: Step, kind: str, name: Target) -> bool:
    """Whether another object gets the old name behind it, as where a type is swapped."""
    renames = [touch for touch in review.upon(RenameObject) if touch.operation.kind == kind]
    behind = next((at for at, each in enumerate(renames) if each.step is step), len(renames))
    return any(each.operation.to == name.name for each in renames[behind + 1 :])


RULE = Rule(
    id="rename-other",
    title="Renamed or moved object",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Clients that run the old release still use the old name and fail at once.",
    instead="Make the new one beside it, move clients over, drop the old one in a later release.",
    check=_check,
    aliases=(
        "renaming-object",
        "ban-set-schema",
        "rename_schema",
        "rename_enum_value",
        "RenameSchemaCheck",
    ),
    group="compatibility",
)
