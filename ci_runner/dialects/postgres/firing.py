"""In which sessions triggers and rules fire, and what says so."""

from __future__ import annotations

from collections.abc import Mapping

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.postgres.kind import Statements
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


def fires(old: Firing, new: Trigger | Rule) -> Statements:
    """ALTER TABLE that makes `new` fire where it has to, from where `old` says."""
    which = f"{new.identity.kind.upper()} {quote(new.name)}"
    said = f"{new.identity.kind} {new.name} on {new.schema}.{new.table}"
    at = f"ALTER TABLE {qualified(new.schema, new.table)}"
    return switched(old, new.enabled, new.identity, said, (at, which))


def switched(
    old: Firing, new: Firing, identity: Identity, said: str, around: tuple[str, str]
) -> Statements:
    """The statement from `old` to `new`; `around` is its SQL before and after the verb."""
    if old == new:
        return ()

    def sql(firing: Firing) -> str:
        return f"{around[0]} {_SPELLED[firing]} {around[1]}".rstrip()

    return (PlannedStatement(sql(new), _SUMMARY[new].format(said), identity, undo=sql(old)),)
