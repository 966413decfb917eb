"""An index goes, and no other one begins with its columns."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateIndex, DropIndex
from ci_runner.lint.follow import Touch
from ci_runner.lint.mysql import clauses
from ci_runner.lint.objects import ran
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import indexes_on, keys_on
from ci_runner.schema.model import Identity, Index, PrimaryKey, Unique


def _check(review: Review) -> Iterator[Hit]:
    yield from (_in_mysql if review.dialect == "mysql" else _in_postgres)(review)


def _in_mysql(review: Review) -> Iterator[Hit]:
    """One that was hidden before has been tried without."""
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
            yield Hit(
                f"drops index {name} of {each.table.qualified}",
                each.step,
                instead="Hide it first: ALTER INDEX ... IGNORED on MariaDB, INVISIBLE on MySQL."
                " Drop it when nobody has missed it.",
            )


def _in_postgres(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(DropIndex):
        index = _index(review, touch)
        if index is None or _served(review, touch.table, index):
            continue
        name = index.name.replace("'", "''")
        yield Hit(
            f"drops index {index.name}: queries that look for {', '.join(index.keys)} in"
            f" {index.table} have no other",
            touch.step,
            instead="Ask production first, replicas included, whether it is used: SELECT idx_scan"
            f" FROM pg_stat_user_indexes WHERE indexrelname = '{name}';",
        )


def _index(review: Review, touch: Touch[DropIndex]) -> Index | None:
    """What was there before the change; an invalid one serves nobody."""
    named = touch.operation.index
    for each in indexes_on(review.base, touch.table):
        if each.name == named.name and named.schema in {"", each.schema}:
            return each if each.valid else None
    return None


def _served(review: Review, table: Identity, index: Index) -> bool:
    """Whether a whole index that is there in the end begins with its keys.

    One of the same name is another one only where all was run.
    """
    end = review.steps[-1].after
    known = all(map(ran, review.steps))
    serving = [
        each.keys
        for each in indexes_on(end, table)
        if each.valid
        and not each.predicate
        and each.method == index.method
        and (known or each.name != index.name)
    ]
    serving += [
        each.columns for each in keys_on(end, table) if isinstance(each, PrimaryKey | Unique)
    ]
    serving += [
        touch.operation.columns
        for touch in review.upon(CreateIndex)
        if touch.table == table and not ran(touch.step)
    ]
    return any(each[: len(index.keys)] == index.keys for each in serving)


RULE = Rule(
    id="drop-index-risk",
    title="Index dropped that queries may need",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="A query that used it reads the whole table from then on, and bringing the index back takes"
    " as long as it took to build.",
    instead="Ask production first whether it is used (pg_stat_user_indexes.idx_scan, replicas"
    " included), or hide it before it is dropped (IGNORED on MariaDB, INVISIBLE on MySQL).",
    check=_check,
    aliases=("ban-drop-index", "INDEX_DROPPED", "replace_index", "unused-index"),
    group="performance",
)
