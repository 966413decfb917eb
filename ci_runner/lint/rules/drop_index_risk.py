"""An index that queries may still use is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import clauses
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import indexes_on


def _check(review: Review) -> Iterator[Hit]:
    for each in clauses(review):
        words = [word for word in each.words if word not in {"IF", "EXISTS"}]
        if not each.known or words[0] != "DROP" or words[1:2] not in (["INDEX"], ["KEY"]):
            continue
        name = each.tokens[-1].name
        before = {one.name.lower(): one for one in indexes_on(each.step.before, each.table)}
        after = [
            one.keys
            for one in indexes_on(each.step.after, each.table)
            if not one.settings.parameters
        ]
        gone = before.get(name.lower())
        covered = gone is not None and any(keys[: len(gone.keys)] == gone.keys for keys in after)
        hidden = gone is not None and bool(gone.settings.parameters)
        if not covered and not hidden:
            yield Hit(f"drops index {name} of {each.table.qualified}", each.step)


RULE = Rule(
    id="drop-index-risk",
    title="Index dropped at once",
    severity=Severity.NOTE,
    dialects=("mysql",),
    why=(
        "A query that used it reads the whole table from then on, and to build the "
        "index again takes long."
    ),
    instead=(
        "Hide it first: ALTER INDEX ... IGNORED on MariaDB, INVISIBLE on MySQL. Drop it "
        "when nobody has missed it."
    ),
    check=_check,
    aliases=(
        "ban-drop-index",
        "unused-index",
    ),
    group="performance",
)
