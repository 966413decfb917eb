"""What keeps gh-ost, pt-online-schema-change or Vitess from copying a table that has to be."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import listed
from ci_runner.lint.mysql import clauses, waiting
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import indexes_on
from ci_runner.schema.model import ForeignKey, Identity, Index, Schema, Trigger


def _check(review: Review) -> Iterator[Hit]:
    renamed = {
        id(each.step)
        for each in clauses(review)
        if each.words[0] == "RENAME" and each.words[1:2] not in (["COLUMN"], ["INDEX"], ["KEY"])
    }
    for each in waiting(review):
        reasons = list(_reasons(each.step.before, each.table))
        reasons += ["it renames the table as well"] if id(each.step) in renamed else []
        if reasons:
            yield Hit(
                f"online tools refuse {each.table.qualified}, or want options: {listed(reasons)}",
                each.step,
            )


def _reasons(schema: Schema, table: Identity) -> Iterator[str]:
    if not _has_key(schema, table):
        yield "it has no primary key, and no unique one without NULL"
    own = [each for each in schema.of_type(ForeignKey) if each.table == table.name]
    if own:
        yield "it has foreign keys"
    if any(each.references == table and each not in own for each in schema.of_type(ForeignKey)):
        yield "foreign keys refer to it"
    if any(each.table == table.name for each in schema.of_type(Trigger)):
        yield "it has triggers"


def _has_key(schema: Schema, table: Identity) -> bool:
    """Whether a tool can walk along rows. A table of which nobody knows is given the doubt."""
    found = schema.table(table.schema, table.name)
    if found is None or schema.get(Identity("primary key", "", "PRIMARY", table.name)):
        return True
    needed = {each.name for each in found.columns if each.not_null}
    return any(_whole(each, needed) for each in indexes_on(schema, table))


def _whole(index: Index, needed: set[str]) -> bool:
    """Unique over all of columns that are never NULL, without prefixes."""
    return index.unique and all(key.strip("`") in needed for key in index.keys)


RULE = Rule(
    id="mysql-online-tool-blockers",
    title="Table that online tools can't copy",
    severity=Severity.NOTE,
    dialects=("mysql",),
    why=(
        "gh-ost, pt-online-schema-change and Vitess copy a table beside its traffic, but they"
        " walk along a unique key, put triggers of their own on it, and foreign keys point at the"
        " old table when it is swapped."
    ),
    instead=(
        "Give it a primary key first; drop triggers and foreign keys for the time of the copy, or"
        " use the tool's option for them after reading what it costs."
    ),
    check=_check,
    aliases=("KEY.002",),
)
