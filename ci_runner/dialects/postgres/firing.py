"""What triggers and rules share: how they are made, and in which sessions they fire."""

from __future__ import annotations

from collections.abc import Mapping

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements, comment_on, made_again
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.schema.model import Firing, Identity, Trigger
from ci_runner.schema.routines import Rule

# The letters of pg_trigger.tgenabled, pg_rewrite.ev_enabled and pg_event_trigger.evtenabled.
FIRING: Mapping[str, Firing] = {"O": "origin", "D": "disabled", "R": "replica", "A": "always"}
_SPELLED: Mapping[Firing, str] = {
    "origin": "ENABLE",
    "disabled": "DISABLE",
    "replica": "ENABLE REPLICA",
    "always": "ENABLE ALWAYS",
}
_SUMMARY: Mapping[Firing, str] = {
    "origin": "Enable {}",
    "disabled": "Disable {}",
    "replica": "Enable {} on replicas only",
    "always": "Enable {} on replicas as well",
}

# SQL over the pg_class row c: which kind of object a trigger or rule lives on.
TABLE_KIND = """CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                ELSE 'table' END"""


def on_table(each: Trigger | Rule) -> str:
    """As DROP and COMMENT ON name it."""
    return f"{_word(each)} {quote(each.name)} ON {qualified(each.schema, each.table)}"


def said(each: Trigger | Rule) -> str:
    return f"{each.identity.kind} {each.name} on {each.schema}.{each.table}"


def _word(each: Trigger | Rule) -> str:
    return each.identity.kind.upper()


def comment(old: str | None, new: Trigger | Rule) -> Statements:
    return comment_on(on_table(new), new.identity, old, new.comment)


def create(new: Trigger | Rule) -> Statements:
    made = PlannedStatement(
        new.definition, f"Create {said(new)}", new.identity, undo=f"DROP {on_table(new)}"
    )
    return (made, *fires("origin", new), *comment(None, new))


def drop(old: Trigger | Rule) -> Statements:
    again = made_again(create(old))
    sql = f"DROP {on_table(old)}"
    return (PlannedStatement(sql, f"Drop {said(old)}", old.identity, undo=again),)


def or_replace(each: Trigger | Rule) -> str:
    """The definition as it takes the place of another one."""
    word = _word(each)
    return each.definition.replace(f"CREATE {word}", f"CREATE OR REPLACE {word}", 1)


def fires(old: Firing, new: Trigger | Rule) -> Statements:
    """ALTER TABLE that makes `new` fire where it has to, from where `old` says."""
    which = f"{_word(new)} {quote(new.name)}"
    at = f"ALTER TABLE {qualified(new.schema, new.table)}"
    return switched(old, new.enabled, new.identity, said(new), (at, which))


def switched(
    old: Firing, new: Firing, identity: Identity, title: str, around: tuple[str, str]
) -> Statements:
    """The statement from `old` to `new`; `around` is its SQL before and after the verb."""
    if old == new:
        return ()

    def sql(firing: Firing) -> str:
        return f"{around[0]} {_SPELLED[firing]} {around[1]}".rstrip()

    return (PlannedStatement(sql(new), _SUMMARY[new].format(title), identity, undo=sql(old)),)
