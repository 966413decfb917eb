"""A constraint of a known table is dropped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ci_runner.dialects.operations import AddConstraint, DropColumn, DropConstraint, DropTable
from ci_runner.dialects.postgres.parse.statement import never_null
from ci_runner.lint.follow import Touch
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import indexes_on, keys_on, of_column
from ci_runner.schema.model import Check, ForeignKey, Identity, PrimaryKey, SchemaObject, Unique


def _check(review: Review) -> Iterator[Hit]:
    added = {(touch.table, touch.operation.name) for touch in review.upon(AddConstraint)}
    gone = {(touch.table, touch.operation.column) for touch in review.upon(DropColumn)}
    going = {touch.table for touch in review.upon(DropTable)}
    for touch in review.on_known(DropConstraint):
        drop = touch.operation
        if touch.table in going:
            continue
        kept = (touch.table, drop.name) in added or _kept_by_column(touch)
        if not (kept or _goes_with_columns(touch, gone) or _kept_by_another(review, touch)):
            yield Hit(f"drops constraint {drop.name} of {drop.table}", touch.step)


def _goes_with_columns(
    touch: Touch[DropConstraint], gone: Collection[tuple[Identity, str]]
) -> bool:
    """Whether it is a key of columns that the change drops: `drop-column` tells of them."""
    return any(
        isinstance(each, PrimaryKey | Unique | ForeignKey)
        and each.name == touch.operation.name
        and all((touch.table, column) in gone for column in each.columns)
        for each in keys_on(touch.step.before, touch.table)
    )


def _kept_by_another(review: Review, touch: Touch[DropConstraint]) -> bool:
    """Whether in the end another one of the table asks for the same, under whatever name."""
    last = review.steps[-1]
    if not (ran(touch.step) and ran(last)):
        return False
    dropped = [
        each
        for each in keys_on(touch.step.before, touch.table)
        if each.name == touch.operation.name
    ]
    others = [each for each in keys_on(last.after, touch.table) if each not in dropped]
    unique = [each.columns for each in others if isinstance(each, PrimaryKey | Unique)]
    unique += [
        each.keys
        for each in indexes_on(last.after, touch.table)
        if each.unique and not each.predicate
    ]
    return any(_alike(each, others, unique) for each in dropped)


def _alike(
    dropped: SchemaObject, others: Iterable[SchemaObject], unique: Iterable[tuple[str, ...]]
) -> bool:
    match dropped:
        case PrimaryKey(columns=columns) | Unique(columns=columns):
            return any(set(each) <= set(columns) for each in unique)
        case Check(definition=definition):
            return any(isinstance(o, Check) and o.definition == definition for o in others)
        case ForeignKey(definition=definition):
            return any(isinstance(o, ForeignKey) and o.definition == definition for o in others)
        case _:
            return False


def _kept_by_column(touch: Touch[DropConstraint]) -> bool:
    """A check that only says what NOT NULL says by now, or one that is not there."""
    name, before = touch.operation.name, touch.step.before
    if not ran(touch.step):
        return False
    place = Identity("check", touch.table.schema, name, touch.table.name)
    check = before.get(place)
    if not isinstance(check, Check):
        return False
    columns = [of_column(before, touch.table, each) for each in never_null(check.definition)]
    only = "AND" not in check.definition
    return only and bool(columns) and all(column and column.not_null for column in columns)


RULE = Rule(
    id="drop-constraint",
    title="Dropped constraint",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql"),
    why=(
        "From then on rows get in that running code counts on not to meet; a foreign key"
        " locks its parent too."
    ),
    instead=(
        "Say in the migration why it is not needed any more, or add what takes its place first."
    ),
    check=_check,
    aliases=(
        "CD101",
        "ban-drop-constraint",
        "CT004",
    ),
    group="compatibility",
)
