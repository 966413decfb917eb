"""The report as JSON: what an untrusted job writes and a trusted one reads and checks."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from ci_runner.errors import UsageError
from ci_runner.report.artifact import LARGEST
from ci_runner.report.model import FORMAT, Report
from ci_runner.report.sound import problems

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_SHOWN = 5


def dump(report: Report) -> bytes:
    """`report` as UTF-8 JSON, keys in the order in which the model declares them."""
    text = json.dumps(asdict(report), indent=2, ensure_ascii=True, allow_nan=False)
    return f"{text}\n".encode()


def load(content: bytes) -> Report:
    """The report in `content`. Raises UsageError: where it is wrong and what belongs there.

    Strict: no key that the model does not know, no string where a number is meant, no more than
    16 MiB, only the format that this version writes, and nothing that is not sound.
    """
    from pydantic import ValidationError

    if len(content) > LARGEST:
        raise _refused(f"it has {len(content)} bytes; at most {LARGEST} are read")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as bad:
        raise _refused(f"not JSON: {bad}") from bad
    if not isinstance(document, dict):
        raise _refused("expected an object at the top")
    if document.get("format") != FORMAT:
        raise _refused(f"format: expected {FORMAT}, found {str(document.get('format'))[:40]}")
    try:
        report = _adapter().validate_json(content, strict=True)
    except ValidationError as bad:
        wrong = bad.errors(include_url=False, include_input=False)[:_SHOWN]
        lines = (f"{_place(each['loc'])}: {each['msg']}" for each in wrong)
        raise _refused("\n".join(lines)) from bad
    if unsound := tuple(islice(problems(report), _SHOWN)):
        raise _refused("\n".join(unsound))
    return report


@cache
def _adapter() -> TypeAdapter[Report]:
    from pydantic import ConfigDict, TypeAdapter, with_config

    return TypeAdapter(with_config(ConfigDict(extra="forbid"))(Report))


def _place(location: tuple[int | str, ...]) -> str:
    """`projects[0].steps[2].line`, as one would write it."""
    return "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in location
    ).lstrip(".")


def _refused(problem: str) -> UsageError:
    return UsageError(
        "this is no report of schema-ci",
        where=problem,
        next_step="write it with the same version: `schema-ci run --output-dir DIR`",
    )
