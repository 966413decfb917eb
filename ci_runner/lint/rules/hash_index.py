"""A hash index on a server whose log knows nothing of it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.rule import Hit, Review, Rule, Severity

# release-10.html: hash indexes are crash-safe and replicated.
_LOGGED = 10


def _check(review: Review) -> Iterator[Hit]:
    for each in review.written if review.before(_LOGGED) else ():
        if each.kind == "index_stmt" and each.node.access_method == "hash":
            name = each.node.idxname or "without a name"
            yield Hit(f"makes hash index {name}, which is lost in a crash", each.step)


RULE = Rule(
    id="hash-index",
    title="Hash index before PostgreSQL 10",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="Before PostgreSQL 10 hash indexes are not written to the log: after a crash, and on every"
    " replica, they are broken and answer wrongly. Asked where the policy assumes such a version.",
    instead="A btree index.",
    check=_check,
    aliases=("add_hash_index",),
)
