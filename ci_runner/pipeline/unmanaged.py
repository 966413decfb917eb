"""Say which objects were not compared: by this version, or by request."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from ci_runner.lint.notices import LEFT_OUT, UNMANAGED_DIFFERENCE
from ci_runner.lint.rule import Finding, Severity
from ci_runner.pipeline.compare import kinds_left, left_out_said
from ci_runner.pipeline.options import USUAL, Terms
from ci_runner.schema.model import Identity, Schema

_SOME = 8


def differences(
    path: str,
    reached: Schema,
    goal: Schema,
    severities: Mapping[str, Severity],
    terms: Terms = USUAL,
) -> tuple[Finding, ...]:
    """One finding on `path`, the desired schema, or none where both sides have the same names.

    Two objects of one name may still differ in what they are: nobody has looked, so that strict
    terms make an error of any. What the options leave out is named where it differs.
    """
    instead = UNMANAGED_DIFFERENCE.instead
    severity = severities.get(UNMANAGED_DIFFERENCE.id, UNMANAGED_DIFFERENCE.severity)
    names = {*reached.unmanaged, *goal.unmanaged}
    sides = "; ".join(_sides(set(reached.unmanaged), set(goal.unmanaged)))
    said = []
    if terms.strict and names:
        severity = Severity.ERROR
        said.append(f"objects that this version does not compare: {_listed(names)}")
        instead = f"{instead} Or leave them out by `exclude`."
    elif sides:
        said.append(f"objects that this version does not compare differ: {sides}")
    left = kinds_left(reached, goal, terms.options.leave)
    said += [f"{named} are not compared, and differ" for named in left]
    if not said or severity is Severity.OFF:
        return ()
    message = "; ".join(said)
    return (Finding(UNMANAGED_DIFFERENCE.id, severity, message, path, 0, 0, instead=instead),)


def left_out(
    path: str, names: Sequence[Identity], terms: Terms, severities: Mapping[str, Severity]
) -> tuple[Finding, ...]:
    """One finding on `path` that counts what was not compared by request."""
    severity = severities.get(LEFT_OUT.id, LEFT_OUT.severity)
    if not names or severity is Severity.OFF:
        return ()
    message = left_out_said(names, terms)
    return (Finding(LEFT_OUT.id, severity, message, path, 0, 0, instead=LEFT_OUT.instead),)


def _sides(reached: Collection[Identity], goal: Collection[Identity]) -> Iterator[str]:
    for where, names in (
        ("the desired schema", set(goal) - set(reached)),
        ("the migrations", set(reached) - set(goal)),
    ):
        if names:
            yield f"only in {where}: {_listed(names)}"


def _listed(names: Collection[Identity]) -> str:
    more = f" and {len(names) - _SOME} more" if len(names) > _SOME else ""
    return ", ".join(str(each) for each in sorted(names)[:_SOME]) + more
