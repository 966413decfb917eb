"""A migration that is no SQL: what it does is not known."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in review.change.unread:
        what = f"change set {each.name}" if each.name else "the migration"
        yield Hit(f"{what} is no SQL, and is not run here", path=each.path)
    for path in review.change.unlisted:
        yield Hit("no changelog includes the file, so it is never run", path=path)
    if merged := len(review.change.passed_over):
        what = "a merged migration is" if merged == 1 else f"{merged} merged migrations are"
        first = review.change.passed_over[0]
        yield Hit(
            f"{what} no SQL: what they did is missing from the schema that is reviewed",
            path=first.path,
            severity=Severity.NOTE,
        )


RULE = Rule(
    id="unread-migration",
    title="Migration that is not run",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql", "sqlite"),
    why="Only SQL is run and judged: what a migration of another kind does is not known.",
    instead="Write what changes the schema as SQL; include its file where a changelog lists them.",
    check=_check,
    group="history",
)
