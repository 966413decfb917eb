"""Say which objects that this version does not compare are on one side only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ci_runner.lint.notices import UNMANAGED_DIFFERENCE
from ci_runner.lint.rule import Finding, Severity
from ci_runner.schema.model import Identity, Schema

_SOME = 8


def differences(
    path: str, reached: Schema, goal: Schema, severities: Mapping[str, Severity]
) -> tuple[Finding, ...]:
    """One finding on `path`, the desired schema, or none where both sides have the same names.

    Two objects of one name may still differ in what they are: nobody has looked.
    """
    severity = severities.get(UNMANAGED_DIFFERENCE.id, UNMANAGED_DIFFERENCE.severity)
    said = "; ".join(_sides(set(reached.unmanaged), set(goal.unmanaged)))
    if not said or severity is Severity.OFF:
        return ()
    message = f"objects that this version does not compare differ: {said}"
    instead = UNMANAGED_DIFFERENCE.instead
    return (Finding(UNMANAGED_DIFFERENCE.id, severity, message, path, 0, 0, instead=instead),)


def _sides(reached: Collection[Identity], goal: Collection[Identity]) -> Iterator[str]:
    for where, names in (
        ("the desired schema", set(goal) - set(reached)),
        ("the migrations", set(reached) - set(goal)),
    ):
        if names:
            listed = ", ".join(str(each) for each in sorted(names)[:_SOME])
            more = f" and {len(names) - _SOME} more" if len(names) > _SOME else ""
            yield f"only in {where}: {listed}{more}"
