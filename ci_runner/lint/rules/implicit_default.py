"""A column whose old rows get 0, '' or the first value without being asked."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn, Data
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    filled = {
        (touch.table, column) for touch in review.upon(Data) for column in touch.operation.columns
    }
    for touch in review.on_known(AddColumn):
        added = touch.operation
        silent = added.not_null and added.default is None and not (added.serial or added.generated)
        if silent and (touch.table, added.column) not in filled:
            yield Hit(
                f"every row of {added.table} gets {_value(added.type)} as its {added.column}",
                touch.step,
            )


def _value(kind: str) -> str:
    name = kind.lower()
    if name.startswith("enum"):
        return "the first value of the list"
    if name.startswith(("date", "time", "year")):
        return "a date of zeros, or the statement fails in strict mode,"
    return "''" if "char" in name or "text" in name or "blob" in name else "0"


RULE = Rule(
    id="implicit-default",
    title="Value that nobody chose",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why=(
        "MySQL fills the rows of a NOT NULL column without a default with what its type "
        "calls empty, and nobody can tell later which rows were meant."
    ),
    instead="Give a DEFAULT, or fill the rows in the same file.",
    check=_check,
    aliases=(
        "MY101",
        "SQLE00034",
    ),
)
