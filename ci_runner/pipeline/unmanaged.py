"""Say which objects that this version does not compare are on one side only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ci_runner.dialects.base import PlanOptions
from ci_runner.lint.notices import UNMANAGED_DIFFERENCE
from ci_runner.lint.rule import Finding, Severity
from ci_runner.schema.model import Identity, Schema

_SOME = 8
_LEFT = {
    "grant": "grants",
    "default privileges": "default privileges",
    "owner": "owners of objects",
}


def differences(
    path: str,
    reached: Schema,
    goal: Schema,
    options: PlanOptions,
    severities: Mapping[str, Severity],
) -> tuple[Finding, ...]:
    """One finding on `path`, the desired schema, or none where both sides have the same names.

    Two objects of one name may still differ in what they are: nobody has looked. What the options
    leave out is named where it differs.
    """
    severity = severities.get(UNMANAGED_DIFFERENCE.id, UNMANAGED_DIFFERENCE.severity)
    sides = "; ".join(_sides(set(reached.unmanaged), set(goal.unmanaged)))
    said = [f"objects that this version does not compare differ: {sides}"] if sides else []
    said += [f"{named} are not compared, and differ" for named in left_out(reached, goal, options)]
    if not said or severity is Severity.OFF:
        return ()
    message = "; ".join(said)
    instead = UNMANAGED_DIFFERENCE.instead
    return (Finding(UNMANAGED_DIFFERENCE.id, severity, message, path, 0, 0, instead=instead),)


def left_out(reached: Schema, goal: Schema, options: PlanOptions) -> tuple[str, ...]:
    """What the options leave out, where the sides differ in it."""
    return tuple(
        named
        for kind, named in _LEFT.items()
        if kind in options.leave and _differ(kind, reached, goal)
    )


def _differ(kind: str, reached: Schema, goal: Schema) -> bool:
    mine, theirs = (
        {each for each in side.objects if each.identity.kind == kind} for side in (reached, goal)
    )
    return mine != theirs


def _sides(reached: Collection[Identity], goal: Collection[Identity]) -> Iterator[str]:
    for where, names in (
        ("the desired schema", set(goal) - set(reached)),
        ("the migrations", set(reached) - set(goal)),
    ):
        if names:
            listed = ", ".join(str(each) for each in sorted(names)[:_SOME])
            more = f" and {len(names) - _SOME} more" if len(names) > _SOME else ""
            yield f"only in {where}: {listed}{more}"
